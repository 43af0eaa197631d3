// Switches on that this browser is told something while no page is open: <push-device url="where it is said" key="ours">.
// What does not go is said by the line of that state: denied, none, failed.
import { post } from "ui/http";

class PushDevice extends HTMLElement {
  async connectedCallback() {
    this.addEventListener("click", this.#pressed);
    if (!("PushManager" in window) || !navigator.serviceWorker) this.#say("none");
    else if (Notification.permission === "denied") this.#say("denied");
    else if (!(await (await navigator.serviceWorker.ready).pushManager.getSubscription())) this.#button.hidden = false;
  }

  get #button() {
    return this.querySelector("button");
  }

  #say(state) {
    for (const line of this.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== state;
  }

  #pressed = async (event) => {
    if (!event.target.closest("button")) return;
    this.#button.disabled = true;
    if ((await Notification.requestPermission()) !== "granted") this.#say("denied");
    else
      await this.#subscribe().then(
        () => location.reload(),
        () => this.#say("failed"),
      );
    this.#button.disabled = false;
  };

  async #subscribe() {
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: this.getAttribute("key") };
    const subscription = await pushManager.subscribe(options);
    const { endpoint, keys } = subscription.toJSON();
    const fields = { endpoint, key: keys.p256dh, secret: keys.auth };
    await post(this.getAttribute("url"), fields).catch((error) =>
      subscription.unsubscribe().then(() => Promise.reject(error)),
    );
  }
}
customElements.define("push-device", PushDevice);
