// Says in words when a request of htmx did not arrive or was refused, and leads to sign-in when the session has ended.
// What the page asks by itself (X-By-Itself) is nobody's act: of that nothing is said.
import { isSignedOut } from "ui/http";
import { tell } from "ui/undo-toast";

const isByItself = ({ detail }) => "X-By-Itself" in detail.requestConfig.headers;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isSignedOut(event.detail.xhr)) return;
  event.detail.shouldSwap = false;
  location.reload();
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (isByItself(event)) return;
    tell(event.target.matches("draft-keeper form") ? "trouble-unsent" : "trouble-offline");
  });
}
document.addEventListener("htmx:responseError", (event) => {
  if (isByItself(event)) return;
  const isRefused = [403, 404, 409, 410].includes(event.detail.xhr.status);
  tell(isRefused ? "trouble-refused" : "trouble-failed");
});
