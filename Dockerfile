# Builds one static-enough binary on Debian and runs it as an ordinary user.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=1 go build -trimpath -ldflags "-s -w" -o /trio ./cmd/trio

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /data --shell /usr/sbin/nologin trio
COPY --from=build /trio /usr/local/bin/trio
USER trio
VOLUME /data
EXPOSE 8080
ENV TRIO_DATA=/data TRIO_LISTEN=0.0.0.0:8080
ENTRYPOINT ["trio"]
CMD ["serve"]
