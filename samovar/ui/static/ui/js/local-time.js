// Shows a moment in the reader's own zone and words, and keeps it true: <local-time form="relative"><time datetime="…">.
const { lang: language, dataset } = document.documentElement;
// "18 Nov, 14:05" everywhere: not the American order, not twelve hours.
const lang = language === "en" ? "en-GB" : language;
const zone = dataset.timeZone ? { timeZone: dataset.timeZone } : {};
const formats = {
  clock: new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", ...zone }),
  day: new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", ...zone }),
  year: new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", year: "numeric", ...zone }),
  full: new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short", ...zone }),
};
// "18 ноя", "28 Sep 2025": three letters of the month, no dot, and the year without a word.
const dayOf = (format, moment) =>
  format
    .formatToParts(moment)
    .filter(({ type }) => type !== "literal")
    .map(({ type, value }) => (type === "month" ? value.slice(0, 3) : value))
    .join(" ");
const amount = (unit) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" });
const [minutes, hours, days] = ["minute", "hour", "day"].map(amount);
const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function short(moment, now) {
  if (formats.year.format(moment) === formats.year.format(now)) return formats.clock.format(moment);
  const isNear = Math.abs(now - moment) < 300 * 24 * HOUR;
  return dayOf(isNear ? formats.day : formats.year, moment);
}

function relative(moment, now) {
  const distance = moment - now;
  if (Math.abs(distance) < MINUTE) return ago.format(0, "second");
  if (Math.abs(distance) < HOUR) return ago.format(Math.trunc(distance / MINUTE), "minute");
  if (Math.abs(distance) < 12 * HOUR) return ago.format(Math.trunc(distance / HOUR), "hour");
  return short(moment, now);
}

function stamp(moment, now) {
  const day = short(moment, now);
  const time = formats.clock.format(moment);
  return day === time ? time : `${day}, ${time}`;
}

function wait(moment, now) {
  const distance = Math.abs(now - moment);
  if (distance < MINUTE) return ago.format(0, "second");
  if (distance < HOUR) return minutes.format(Math.floor(distance / MINUTE));
  if (distance < 48 * HOUR) return hours.format(Math.floor(distance / HOUR));
  return days.format(Math.floor(distance / (24 * HOUR)));
}

const shapes = { relative, short, stamp, wait, clock: formats.clock.format, full: formats.full.format };
const shown = new Set();

class LocalTime extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    this.update();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  update() {
    const time = this.querySelector("time");
    const moment = new Date(time?.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    const text = shapes[this.getAttribute("form") ?? "relative"](moment, new Date());
    if (time.textContent !== text) time.textContent = text;
    time.title = formats.full.format(moment);
  }
}
setInterval(() => {
  for (const element of shown) element.update();
}, MINUTE / 2);
customElements.define("local-time", LocalTime);
