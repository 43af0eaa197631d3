// Offers to have Samovar as an app of its own, as soon as the browser does: <install-offer> around a button for those that
// ask, and a line for those where one does it by hand (data-by-hand).
class InstallOffer extends HTMLElement {
  #asked;

  connectedCallback() {
    addEventListener("beforeinstallprompt", this.#offered);
    addEventListener("appinstalled", this.#done);
    this.addEventListener("click", this.#pressed);
    // Only Safari on a phone knows this word; true when it is an app already.
    this.querySelector("[data-by-hand]").hidden = navigator.standalone !== false;
  }

  disconnectedCallback() {
    removeEventListener("beforeinstallprompt", this.#offered);
    removeEventListener("appinstalled", this.#done);
  }

  #offered = (event) => {
    event.preventDefault();
    this.#asked = event;
    this.querySelector("button").hidden = false;
  };

  #pressed = async (event) => {
    if (!event.target.closest("button") || !this.#asked) return;
    await this.#asked.prompt();
    this.#done();
  };

  #done = () => {
    this.#asked = undefined;
    this.querySelector("button").hidden = true;
  };
}
customElements.define("install-offer", InstallOffer);
