// A textarea as high as its text: <auto-grow><textarea></textarea></auto-grow>. The style does it where it can.
const KNOWS = CSS.supports("field-sizing: content");

class AutoGrow extends HTMLElement {
  connectedCallback() {
    if (KNOWS) return;
    this.addEventListener("input", this.#fit);
    this.#fit();
  }

  #fit = () => {
    const area = this.querySelector("textarea");
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
}
customElements.define("auto-grow", AutoGrow);
