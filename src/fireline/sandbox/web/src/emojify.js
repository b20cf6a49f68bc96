// Slack's emoji names as Unicode, without the ":" around them.
import table from "virtual:emoji-table";

const CHARS = new Map(table.split(" ").map((pair) => pair.split("=")));

export const PICKER = [
  "+1 -1 eyes white_check_mark x raised_hands tada heart fire rotating_light warning memo",
  "pushpin bulb question exclamation hourglass_flowing_sand arrows_counterclockwise rewind lock key",
  "mag chart_with_downwards_trend chart_with_upwards_trend bar_chart construction wrench hammer_and_wrench",
  "package ship rocket bug zzz coffee thinking_face sweat_smile joy cry slightly_smiling_face pray clap wave",
  "muscle 100 star sparkles red_circle large_yellow_circle large_green_circle bell no_bell calendar stopwatch",
]
  .join(" ")
  .split(" ");

/** The character of an emoji name, or an empty string. */
export function emojiChar(name) {
  const [base] = String(name).split("::");
  return CHARS.get(base) || "";
}

/** Names that hold the words of a search, best first. */
export function searchEmoji(query, limit = 48) {
  const q = query.trim().toLowerCase().replace(/[\s-]+/g, "_");
  if (!q) return PICKER;
  const names = [...CHARS.keys()].filter((name) => name.includes(q));
  return names.sort((a, b) => a.indexOf(q) - b.indexOf(q) || a.length - b.length).slice(0, limit);
}

/** Text with every known :name: replaced. */
export function emojify(text) {
  return String(text).replace(/:([a-z0-9_+'-]+)(?:::[a-z0-9-]+)?:/gi, (all, name) => emojiChar(name.toLowerCase()) || all);
}
