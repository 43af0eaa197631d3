// Keys that were pressed before what they are meant for is there: held back, and pressed as soon as it is.
import { write } from "ui/caret";

export class HeldKeys {
  #keys = [];

  hold(event) {
    event.preventDefault();
    event.stopPropagation();
    this.#keys.push(event);
  }

  release(area) {
    for (const event of this.#keys) {
      const isPlain = !(event.ctrlKey || event.metaKey);
      if (isPlain && event.key === "Enter") write(area, "\n");
      else if (isPlain && event.key.length === 1) write(area, event.key);
      else area.dispatchEvent(new KeyboardEvent("keydown", event));
    }
  }
}
