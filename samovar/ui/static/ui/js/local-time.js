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

// A promise: how long it is until then, or "late 4 min".
function due(moment, now, { dataset }) {
  if (moment > now) return wait(moment, now);
  return dataset.late.replace("{}", wait(moment, Math.max(now, moment.getTime() + MINUTE)));
}

// 0 while there is time, then 20 and 5 minutes before, and late.
const stageOf = (moment, now) => [20 * MINUTE, 5 * MINUTE, 0].filter((left) => moment - now <= left).length;

// The seconds until something leaves: "in 8 sec."
const left = (moment, now) => ago.format(Math.max(0, Math.ceil((moment - now) / 1000)), "second");

const shapes = { relative, short, stamp, wait, due, left, clock: formats.clock.format, full: formats.full.format };
const shown = new Set();

class LocalTime extends HTMLElement {
  #stage;

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
    const now = new Date();
    const text = shapes[this.getAttribute("form") ?? "relative"](moment, now, this);
    if (time.textContent !== text) time.textContent = text;
    time.title = formats.full.format(moment);
    if (this.dataset.late) this.#press(moment, now, text);
  }

  #press(moment, now, text) {
    const stage = stageOf(moment, now);
    this.dataset.tone = ["", "warn", "warn", "bad"][stage];
    const since = new Date(this.dataset.since);
    const left = Math.max(0, Math.min(1, (moment - now) / (moment - since)));
    this.querySelector("[pathLength]")?.setAttribute("stroke-dasharray", `${left * 100} 100`);
    if (stage > this.#stage && this.dataset.says) {
      document.getElementById("announcer").textContent = [this.dataset.says, text].join(": ");
    }
    this.#stage = stage;
  }
}
const renew = (isMeant) => {
  for (const element of shown) if (isMeant(element)) element.update();
};
setInterval(renew, MINUTE / 2, () => true);
setInterval(renew, 1000, (element) => element.getAttribute("form") === "left");
customElements.define("local-time", LocalTime);
