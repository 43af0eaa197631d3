// Shows the chosen theme at once; the form around it saves it.
class ThemeChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      const { value } = event.target;
      if (value) document.documentElement.dataset.theme = value;
      else delete document.documentElement.dataset.theme;
    });
  }
}
customElements.define("theme-choice", ThemeChoice);
