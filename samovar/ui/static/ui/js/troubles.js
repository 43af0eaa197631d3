// Says in words when a request of htmx did not arrive or was refused, and leads to sign-in when the session has ended.
import { isSignedOut } from "ui/http";
import { tell } from "ui/undo-toast";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isSignedOut(event.detail.xhr)) return;
  event.detail.shouldSwap = false;
  location.reload();
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ target }) => {
    tell(target.matches("draft-keeper form") ? "trouble-unsent" : "trouble-offline");
  });
}
document.addEventListener("htmx:responseError", (event) => {
  const isRefused = [403, 404, 409, 410].includes(event.detail.xhr.status);
  tell(isRefused ? "trouble-refused" : "trouble-failed");
});
