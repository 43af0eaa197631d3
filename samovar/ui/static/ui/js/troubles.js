// Says in words when a request of htmx did not arrive or was refused, and leads to sign-in when the session has ended.
import { tell } from "ui/undo-toast";

const SIGN_IN = "/accounts/login/";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { pathname } = new URL(event.detail.xhr.responseURL || location.href);
  if (pathname !== SIGN_IN || location.pathname === SIGN_IN) return;
  event.detail.shouldSwap = false;
  location.reload();
});
document.addEventListener("htmx:sendError", () => tell("trouble-offline"));
document.addEventListener("htmx:timeout", () => tell("trouble-offline"));
document.addEventListener("htmx:responseError", (event) => {
  const isRefused = [403, 404, 409, 410].includes(event.detail.xhr.status);
  tell(isRefused ? "trouble-refused" : "trouble-failed");
});
