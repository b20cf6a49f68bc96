// Times in the zone of the selected user, as Slack writes them.

const cache = new Map();

function formatter(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!cache.has(key)) {
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", ...options });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    }
    cache.set(key, made);
  }
  return cache.get(key);
}

const at = (seconds) => new Date(Number(seconds) * 1000);
const show = (seconds, zone, options) => formatter(zone, options).format(at(seconds));

export const clockTime = (seconds, zone) => show(seconds, zone, { hour: "2-digit", minute: "2-digit" });

/** 2026-11-23, in the zone: for grouping by day and for date inputs. */
export function isoDay(seconds, zone) {
  const parts = {};
  for (const part of formatter(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at(seconds)))
    parts[part.type] = part.value;
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** What a date input shows for an instant, in the zone. */
export const localInput = (seconds, zone) => `${isoDay(seconds, zone)}T${clockTime(seconds, zone)}`;

/** The instant meant by a wall-clock text (YYYY-MM-DDTHH:MM) in a zone. */
export function fromLocalInput(text, zone) {
  const wanted = Date.parse(`${text}:00Z`) / 1000;
  if (Number.isNaN(wanted)) return null;
  let guess = wanted;
  for (let turn = 0; turn < 2; turn += 1) guess += wanted - Date.parse(`${localInput(guess, zone)}:00Z`) / 1000;
  return guess;
}

export function fullTime(seconds, zone) {
  return `${show(seconds, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" })} at ${show(seconds, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" })}`;
}

export function dayTitle(seconds, zone, now) {
  const day = isoDay(seconds, zone);
  if (day === isoDay(now, zone)) return "Today";
  if (day === isoDay(now - 86400, zone)) return "Yesterday";
  const options = { weekday: "long", day: "numeric", month: "long" };
  if (day.slice(0, 4) !== isoDay(now, zone).slice(0, 4)) options.year = "numeric";
  return show(seconds, zone, options);
}

export function agoText(seconds, now) {
  const passed = Math.max(0, now - seconds);
  if (passed < 90) return "just now";
  if (passed < 5400) return `${Math.round(passed / 60)} minutes ago`;
  if (passed < 129600) return `${Math.round(passed / 3600)} hours ago`;
  return `${Math.round(passed / 86400)} days ago`;
}

const pretty = (seconds, zone, now, otherwise) => {
  const day = isoDay(seconds, zone);
  if (day === isoDay(now, zone)) return "today";
  if (day === isoDay(now - 86400, zone)) return "yesterday";
  if (day === isoDay(now + 86400, zone)) return "tomorrow";
  return otherwise();
};

/** Fills the tokens of Slack's <!date^...> format. */
export function slackDate(seconds, format, zone, now) {
  const plain = {
    date_num: () => isoDay(seconds, zone),
    date: () => show(seconds, zone, { day: "numeric", month: "long", year: "numeric" }),
    date_short: () => show(seconds, zone, { day: "numeric", month: "short", year: "numeric" }),
    date_long: () => show(seconds, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    day_divider_pretty: () => dayTitle(seconds, zone, now),
    time: () => clockTime(seconds, zone),
    time_secs: () => show(seconds, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => agoText(seconds, now),
  };
  return format.replace(/\{(\w+?)(_pretty)?\}/g, (token, name, prettyMark) => {
    const whole = plain[name + (prettyMark || "")];
    if (whole) return whole();
    if (!plain[name]) return token;
    return prettyMark ? pretty(seconds, zone, now, plain[name]) : plain[name]();
  });
}
