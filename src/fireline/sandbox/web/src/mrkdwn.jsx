// Slack's mrkdwn as React nodes. The library's own parser loses characters around bare "*" and
// treats underscores in names as emphasis, so text objects are drawn here, from the escaped text.
import { Fragment } from "react";
import { emojiChar } from "./emojify.js";
import { slackDate } from "./time.js";

const TOKEN = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+)(?:::[a-z0-9-]+)?:/gi;
const EDGE = "\\s()\\[\\]{}\"'.,;:!?/\\u2013\\u2014|<>•*_~\\u0001\\u0002-";
const MARKS = [
  ["*", "strong"],
  ["_", "em"],
  ["~", "s"],
];

export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function Mention({ children, self }) {
  return <span className={self ? "mention mention-self" : "mention"}>{children}</span>;
}

function angle(body, env, key) {
  const [target, ...rest] = body.split("|");
  const label = rest.join("|");
  if (target.startsWith("@")) {
    const user = env.userOf(target.slice(1));
    return <Mention key={key} self={target.slice(1) === env.me}>@{user ? user.label : label || target.slice(1)}</Mention>;
  }
  if (target.startsWith("#")) {
    const id = target.slice(1);
    const channel = env.channelOf(id);
    const name = channel ? channel.name : label || "private channel";
    return <a key={key} className="mention" href={`#/${id}`}>#{name}</a>;
  }
  if (target.startsWith("!subteam^")) {
    const group = env.groupOf(target.slice(9));
    return <Mention key={key}>@{(group && group.handle) || label.replace(/^@/, "") || target.slice(9)}</Mention>;
  }
  if (target.startsWith("!date^")) {
    const [, seconds, format, link] = target.split("^");
    const text = /^\d+$/.test(seconds || "") && format ? slackDate(Number(seconds), format, env.zone, env.now) : unescape(label);
    return link ? <a key={key} href={link} target="_blank" rel="noreferrer">{text}</a> : <time key={key}>{text}</time>;
  }
  if (target.startsWith("!")) return <Mention key={key} self>@{target.slice(1)}</Mention>;
  const href = unescape(target);
  const safe = /^(https?|mailto|tel):/i.test(href);
  const inside = label ? emphasise(unescape(label), [], env, `${key}l`) : href;
  return safe ? <a key={key} href={href} target="_blank" rel="noreferrer">{inside}</a> : <Fragment key={key}>{inside}</Fragment>;
}

// Text in which finished nodes stand as \u0001<index>\u0002.
function restore(text, nodes, key) {
  return text.split(/(\u0001\d+\u0002)/).map((piece, i) => {
    const found = /^\u0001(\d+)\u0002$/.exec(piece);
    return found ? nodes[Number(found[1])] : <Fragment key={`${key}.${i}`}>{piece}</Fragment>;
  });
}

function emphasise(text, nodes, env, key) {
  let work = text;
  for (const [mark, Tag] of MARKS) {
    const m = `\\${mark}`;
    const pattern = new RegExp(`(^|[${EDGE}])${m}(?!\\s)([^${m}\\n]*?[^\\s${m}])${m}(?=$|[${EDGE}])`, "g");
    work = work.replace(pattern, (all, before, inner) => {
      const index = nodes.length;
      nodes.push(null);
      nodes[index] = <Tag key={`${key}e${index}`}>{emphasise(inner, nodes, env, `${key}e${index}`)}</Tag>;
      return `${before}\u0001${index}\u0002`;
    });
  }
  return restore(work, nodes, key);
}

function inline(text, env, key) {
  const nodes = [];
  const held = text.replace(TOKEN, (all, body, code, emoji) => {
    const k = `${key}n${nodes.length}`;
    let node;
    if (body) node = angle(body, env, k);
    else if (code) node = <code key={k}>{unescape(code.replace(/<[^<>]*?\|?([^<>|]*)>/g, "$1"))}</code>;
    else {
      const char = emojiChar(emoji.toLowerCase());
      if (!char) return all;
      node = <span key={k} className="emoji" role="img" aria-label={emoji}>{char}</span>;
    }
    nodes.push(node);
    return `\u0001${nodes.length - 1}\u0002`;
  });
  return emphasise(unescape(held), nodes, env, key);
}

function lines(text, env, key) {
  const groups = [];
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>)\s?/.exec(line);
    const last = groups[groups.length - 1];
    const body = quoted ? line.slice(quoted[0].length) : line;
    if (last && last.quote === Boolean(quoted)) last.text.push(body);
    else groups.push({ quote: Boolean(quoted), text: [body] });
  }
  return groups.map((group, i) => {
    const inner = group.text.map((line, j) => (
      <Fragment key={j}>
        {j > 0 && <br />}
        {inline(line, env, `${key}-${i}-${j}`)}
      </Fragment>
    ));
    return group.quote ? <blockquote key={i}>{inner}</blockquote> : <span key={i} className="lines">{inner}</span>;
  });
}

/** Draws mrkdwn (escaped, as it travels in the API). */
export function Mrkdwn({ text, env }) {
  const parts = String(text || "").split(/```\n?/);
  const open = parts.length % 2 === 0;
  return parts.map((part, i) => {
    if (i % 2 === 1 && !(open && i === parts.length - 1)) return <pre key={i}>{unescape(part.replace(/\n$/, "")).replace(/<[^<>\n]*\|([^<>]*)>/g, "$1")}</pre>;
    const body = i > 0 ? part.replace(/^\n/, "") : part;
    if (!body || (i > 0 && !body.trim())) return null;
    return <Fragment key={i}>{lines(body.replace(/\n$/, i < parts.length - 1 ? "" : "\n"), env, `m${i}`)}</Fragment>;
  });
}

/** Draws plain_text: only emoji names have a meaning. */
export function Plain({ text, emoji = true }) {
  if (!emoji) return text || "";
  return String(text || "")
    .split(/(:[a-z0-9_+'-]+:)/gi)
    .map((piece) => (/^:.+:$/.test(piece) && emojiChar(piece.slice(1, -1).toLowerCase())) || piece)
    .join("");
}

/** Draws a text object of Block Kit. */
export function TextObject({ text, env }) {
  if (!text) return null;
  if (text.type === "mrkdwn") return <Mrkdwn text={text.text} env={env} />;
  return <Plain text={text.text} emoji={text.emoji !== false} />;
}

/** Mrkdwn without its marks, for previews and accessible names. */
export function plainOf(text, env) {
  return unescape(
    String(text || "")
      .replace(/<@([^>|]+)(\|[^>]*)?>/g, (all, id) => `@${(env.userOf(id) || { label: id }).label}`)
      .replace(/<#([^>|]+)(?:\|([^>]*))?>/g, (all, id, name) => `#${(env.channelOf(id) || { name: name || id }).name}`)
      .replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
      .replace(/<!(?:subteam\^)?([^|>]+)(?:\|([^>]*))?>/g, (all, id, label) => label || `@${id}`)
      .replace(/<([^>|]+)\|([^>]*)>/g, "$2")
      .replace(/<([^>]+)>/g, "$1")
      .replace(/[*~`]/g, ""),
  );
}
