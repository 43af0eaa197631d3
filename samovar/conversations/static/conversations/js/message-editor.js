// The place to write: a reply or a note, each with its own text. What the author had seen when they began to write is
// what the answer is checked against; sending empties the field, everything else leaves the text where it is.
import { isDone } from "ui/http";

const MODES = ["reply", "note"];
const TAKES_BACK = /\/pending\/\d+\/return\/$/;

class MessageEditor extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#chosen);
    this.addEventListener("click", this.#chosenAgain);
    this.addEventListener("input", this.#typed);
    this.addEventListener("keydown", this.#left);
    this.addEventListener("htmx:afterRequest", this.#answered);
    document.body.addEventListener("htmx:afterSettle", this.#noticed);
    document.body.addEventListener("htmx:configRequest", this.#takingBack);
    document.body.addEventListener("htmx:responseError", this.#notTakenBack);
    this.#leadBack();
  }

  disconnectedCallback() {
    document.body.removeEventListener("htmx:afterSettle", this.#noticed);
    document.body.removeEventListener("htmx:configRequest", this.#takingBack);
    document.body.removeEventListener("htmx:responseError", this.#notTakenBack);
  }

  get #mode() {
    return this.querySelector("[name=editor-mode]:checked").value;
  }

  #area(mode) {
    return this.querySelector(`.compose[data-mode="${mode}"] textarea`);
  }

  // Where only a note waits in this browser, the writer was at it when the page went: signed out, or without a connection.
  #leadBack() {
    const note = this.querySelector('.compose[data-mode="note"]').getAttribute("name");
    if (this.#area("reply").value === "" && localStorage.getItem(`draft:${note}`) !== null)
      this.querySelector("[value=note]").checked = true;
  }

  #chosen = (event) => {
    if (event.target.name === "editor-mode") this.#area(this.#mode).focus();
  };

  // A key presses the mode that is on already: it leads into its field.
  #chosenAgain = (event) => {
    if (event.target.name === "editor-mode") this.#area(event.target.value).focus();
  };

  #left = (event) => {
    if (event.key === "Escape" && event.target.matches("textarea")) event.target.blur();
  };

  // What was typed since goes along, and comes back with what is taken back: the browser's own copy must not replace it.
  #takingBack = ({ detail }) => {
    const keeper = this.querySelector('.compose[data-mode="reply"]');
    const [conversation] = detail.path.split("pending/");
    // The server answers with the field only where it is the one in sight.
    if (!TAKES_BACK.test(detail.path) || !keeper.getAttribute("url").startsWith(conversation)) return;
    detail.parameters.set("text", this.#area("reply").value);
    localStorage.removeItem(`draft:${keeper.getAttribute("name")}`);
    this.querySelector("[value=reply]").checked = true;
  };

  #notTakenBack = ({ detail }) => {
    if (TAKES_BACK.test(detail.pathInfo.requestPath))
      this.#area("reply").dispatchEvent(new Event("input", { bubbles: true }));
  };

  #noticed = () => {
    for (const mode of MODES) if (this.#area(mode).value === "") this.#see(mode);
  };

  #typed = (event) => {
    event.target.closest("form")?.querySelector('.notice[data-tone="bad"]')?.remove();
    for (const mode of MODES) if (event.target === this.#area(mode) && event.target.value === "") this.#see(mode);
  };

  #see(mode) {
    const newest = this.querySelector("#newest");
    if (newest) this.querySelector(`.compose[data-mode="${mode}"] [name=seen]`).value = newest.value;
  }

  #answered = (event) => {
    const form = event.target;
    if (!form.matches(".compose form") || !isDone(event)) return;
    form.querySelector("textarea").value = "";
    for (const part of form.querySelectorAll(".files")) part.replaceChildren();
    for (const line of this.querySelectorAll("[data-draft]")) line.hidden = true;
    this.querySelector("[value=reply]").checked = true;
    this.#noticed();
    // So that the next key is a command again; R leads back.
    document.activeElement?.blur();
  };
}
customElements.define("message-editor", MessageEditor);
