// Passkeys: asks the browser for a new one, or for one to sign in with, and
// sends its answer with the page's own form. Without this script the password
// and its codes remain.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const descriptors = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));

async function create(options) {
  const k = options.publicKey;
  const c = await navigator.credentials.create({
    publicKey: { ...k, challenge: bytes(k.challenge), user: { ...k.user, id: bytes(k.user.id) }, excludeCredentials: descriptors(k.excludeCredentials) },
  });
  return {
    id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment || undefined, clientExtensionResults: {},
    response: {
      clientDataJSON: text(c.response.clientDataJSON), attestationObject: text(c.response.attestationObject),
      transports: c.response.getTransports ? c.response.getTransports() : [],
    },
  };
}

async function get(options) {
  const k = options.publicKey;
  const c = await navigator.credentials.get({ publicKey: { ...k, challenge: bytes(k.challenge), allowCredentials: descriptors(k.allowCredentials) } });
  return {
    id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment || undefined, clientExtensionResults: {},
    response: {
      clientDataJSON: text(c.response.clientDataJSON), authenticatorData: text(c.response.authenticatorData),
      signature: text(c.response.signature), userHandle: c.response.userHandle ? text(c.response.userHandle) : undefined,
    },
  };
}

function start(form) {
  const status = form.querySelector("[data-status]");
  let running = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (running) return;
    running = true;
    status.textContent = "";
    try {
      const answer = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
      const question = await answer.json();
      if (!answer.ok) {
        status.textContent = question.error || form.dataset.failed;
        return;
      }
      const result = await (form.dataset.passkey === "create" ? create : get)(question.options);
      form.elements.state.value = question.state;
      form.elements.response.value = JSON.stringify(result);
      if (form.elements["password-key"]) form.elements["password-key"].value = "";
      form.submit();
    } catch {
      status.textContent = form.dataset.failed;
    } finally {
      running = false;
    }
  });
  (form.closest("[data-passkey-box]") || form).hidden = false;
}

if (window.PublicKeyCredential && navigator.credentials) {
  document.querySelectorAll("form[data-passkey]").forEach(start);
}
