// Asks the browser for a passkey and sends what it gives in the form inside, as "credential". <pass-key data-does="get">
// asks for one that exists, "create" for a new one. What is asked stands inside as data, or comes from data-url.
const DONE_BY = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" };

class PassKey extends HTMLElement {
  connectedCallback() {
    this.hidden = !globalThis.PublicKeyCredential?.[DONE_BY[this.dataset.does]];
    this.addEventListener("submit", this.#ask);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#ask);
  }

  #ask = async (event) => {
    const form = event.target;
    const { credential } = form.elements;
    if (credential.value) return;
    event.preventDefault();
    const trouble = this.querySelector("[data-trouble]");
    trouble.hidden = true;
    this.ariaBusy = "true";
    try {
      credential.value = JSON.stringify(await this.#asked());
      form.submit();
    } catch {
      // Whoever sits there has said no, or has no passkey for us: the browser does not tell which.
      trouble.hidden = false;
    } finally {
      this.ariaBusy = null;
    }
  };

  async #asked() {
    const { does, url } = this.dataset;
    const { publicKey } = url ? await this.#fetched(url) : JSON.parse(this.querySelector("script").textContent);
    const asked = PublicKeyCredential[DONE_BY[does]](publicKey);
    return await navigator.credentials[does]({ publicKey: asked });
  }

  async #fetched(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  }
}
customElements.define("pass-key", PassKey);
