// Command devserver shows the public pages over the fake catalogue:
//
//	go run ./web/site/internal/devserver -addr 127.0.0.1:8090
package main

import (
	"flag"
	"log"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/web/site"
	"trio.example/web/site/internal/fake"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "address to listen on")
	flag.Parse()
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	s, err := site.Register(r, site.Config{SiteURL: "http://" + *addr, Version: "dev", LoginPath: "/user/login", FeedPath: "/catalog.ttl", DatasetRDF: func(c *gin.Context, name, ext string) {
		c.String(http.StatusOK, name+" "+ext)
	}}, fake.New())
	if err != nil {
		log.Fatal(err)
	}
	r.NoRoute(s.NotFound)
	srv := &http.Server{Addr: *addr, Handler: r, ReadHeaderTimeout: 5 * time.Second}
	log.Print("http://", *addr)
	log.Fatal(srv.ListenAndServe())
}
