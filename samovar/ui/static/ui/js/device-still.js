// A device that is told what is new says once in each tab that its owner is still signed in here. One that was removed
// elsewhere, or belongs to whoever was here before, wants to be told no more.
import { csrfHeaders } from "ui/http";

const DEVICES = "/profile/devices/";
const SAID = "device-still";
const GONE = 410;

async function sayStill() {
  if (!document.querySelector(".app") || !navigator.serviceWorker || Notification.permission !== "granted") return;
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  const whose = document.querySelector("live-stream[person]")?.getAttribute("person") ?? "somebody";
  if (!subscription || sessionStorage.getItem(SAID) === whose) return;
  const body = new URLSearchParams({ endpoint: subscription.endpoint, still: "1" });
  const answer = await fetch(DEVICES, { method: "POST", headers: csrfHeaders(), body, redirect: "error" });
  if (answer.status === GONE) await subscription.unsubscribe();
  sessionStorage.setItem(SAID, whose);
}

if (globalThis.Notification) sayStill().catch(() => {});
