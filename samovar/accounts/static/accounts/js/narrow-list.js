// Narrows a long list of boxes to those whose words begin with what is typed: <narrow-list list="its id">. What is ticked stays
// ticked out of sight, because all of it is sent. Without scripts there is the whole list, and nothing to type into.
const plain = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{Mn}/gu, "");

class NarrowList extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("input", this.#narrow);
    // Enter would save the whole form.
    this.addEventListener("keydown", (event) => event.key === "Enter" && this.#first(event));
  }

  get #rows() {
    return [...document.getElementById(this.getAttribute("list")).children];
  }

  #narrow = ({ target }) => {
    const wanted = plain(target.value).split(/\s+/).filter(Boolean);
    for (const row of this.#rows) {
      const words = plain(row.textContent).split(/[\s-]+/);
      row.hidden = !wanted.every((begin) => words.some((word) => word.startsWith(begin)));
    }
    this.querySelector("[data-none]").hidden = this.#rows.some((row) => !row.hidden);
  };

  #first(event) {
    event.preventDefault();
    this.#rows
      .find((row) => !row.hidden)
      ?.querySelector("input")
      .focus();
  }
}
customElements.define("narrow-list", NarrowList);
