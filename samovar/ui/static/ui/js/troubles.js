// Says in words when a request of htmx did not arrive or was refused, and leads to sign-in when the session has ended.
// What the page asks by itself (X-By-Itself) is nobody's act: of that nothing is said.
import { csrfHeaders, isSignedOut } from "ui/http";
import { tell } from "ui/undo-toast";

const isByItself = ({ detail }) => "X-By-Itself" in detail.requestConfig.headers;

// The proof that a form was drawn with may be older than the last sign-in.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.formData.delete("csrfmiddlewaretoken");
  Object.assign(detail.headers, csrfHeaders());
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isSignedOut(event.detail.xhr)) return;
  event.detail.shouldSwap = false;
  location.reload();
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    // What has a number waits, and says so itself.
    if (isByItself(event) || "X-Client-Id" in event.detail.requestConfig.headers) return;
    tell(event.target.matches("draft-keeper form") ? "trouble-unsent" : "trouble-offline");
  });
}
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (isByItself(event) || isSignedOut(xhr)) return;
  const why = [403, 404, 409, 410].includes(xhr.status) ? "refused" : "failed";
  tell(`trouble-${xhr.getResponseHeader("X-Refused") ?? why}`);
});
