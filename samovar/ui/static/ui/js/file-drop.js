// Files by drop, paste or choice: <file-drop url="…"> around a form, with an input[type=file], a .files list and a
// <template> of one row. Each file goes up at once by POST (field "file"); the answer is its row. A file that fails says
// so and keeps its place. Sending waits for the last upload. What comes up is told as "file-drop:added", with its row
// and whether it was put into the text (isPlaced).
import { csrfHeaders, isSignedOut } from "ui/http";

class FileDrop extends HTMLElement {
  #under_way = 0;
  #waiting = null;

  connectedCallback() {
    this.addEventListener("dragover", this.#over);
    this.addEventListener("dragleave", this.#left);
    this.addEventListener("drop", this.#dropped);
    this.addEventListener("paste", this.#pasted);
    this.addEventListener("change", this.#chosen);
    this.addEventListener("click", this.#removed);
    this.addEventListener("submit", this.#hold, true);
  }

  #over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.toggleAttribute("data-over", true);
  };

  #left = (event) => {
    if (!this.contains(event.relatedTarget)) this.removeAttribute("data-over");
  };

  #dropped = (event) => {
    this.removeAttribute("data-over");
    if (event.dataTransfer.files.length) event.preventDefault();
    this.#take(event.dataTransfer.files, event.target.matches("textarea"));
  };

  #pasted = (event) => {
    // Office programs put a picture beside the text that was copied: the text is what is meant.
    if (event.clipboardData.types.includes("text/plain")) return;
    this.#take(event.clipboardData.files, true);
  };

  #chosen = (event) => {
    if (event.target.type !== "file") return;
    this.#take(event.target.files);
    event.target.value = "";
  };

  #removed = (event) => event.target.closest("[data-removes]")?.closest(".file").remove();

  #hold = (event) => {
    if (!this.#under_way) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#waiting = { form: event.target, submitter: event.submitter };
    this.ariaBusy = "true";
  };

  #take(files, isPlaced = false) {
    for (const file of files) this.#send(file, isPlaced);
  }

  #send(file, isPlaced) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = file.name;
    this.querySelector(".files").append(row);
    const body = new FormData();
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", this.getAttribute("url"));
    for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      row.querySelector("progress").value = loaded / total;
    };
    request.onloadend = () => this.#ended(request, row, isPlaced);
    this.#under_way += 1;
    request.send(body);
  }

  #ended(request, row, isPlaced) {
    this.#under_way -= 1;
    if (request.status >= 200 && request.status < 300 && !isSignedOut(request)) {
      htmx.swap(row, request.responseText, { swapStyle: "beforebegin" });
      const detail = { row: row.previousElementSibling, isPlaced };
      row.remove();
      this.dispatchEvent(new CustomEvent("file-drop:added", { bubbles: true, detail }));
    } else {
      row.dataset.tone = "bad";
      row.querySelector("progress").remove();
      row.querySelector("[data-problem]").hidden = false;
      this.#waiting = null;
    }
    if (this.#under_way) return;
    this.ariaBusy = null;
    const { form, submitter } = this.#waiting ?? {};
    this.#waiting = null;
    form?.requestSubmit(submitter);
  }
}
customElements.define("file-drop", FileDrop);
