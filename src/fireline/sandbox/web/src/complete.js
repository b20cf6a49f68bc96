// What the composer offers while typing: commands, people, channels, emoji.
import { emojiChar, searchEmoji } from "./emojify.js";

const MOST = 8;

function commandsOf(env, text) {
  const typed = text.slice(1).toLowerCase();
  const all = env.apps.flatMap((app) => app.commands.map((c) => ({ ...c, app: app.name })));
  return all
    .filter((c) => c.command.slice(1).startsWith(typed))
    .sort((a, b) => a.command.localeCompare(b.command))
    .map((c) => ({ key: c.command, label: c.command, usage: c.usage_hint || "", note: c.description || "", by: c.app, insert: `${c.command} `, from: 0 }));
}

const begins = (query, ...names) => names.some((n) => n && n.toLowerCase().split(/[\s._-]+/).some((word) => word.startsWith(query))) || names.some((n) => n && n.toLowerCase().startsWith(query));

/** The offers for the text before the caret: [{key, label, usage, note, insert, from}]. */
export function offers(text, env) {
  if (/^\/[\w-]*$/.test(text)) return { title: "Commands", list: commandsOf(env, text) };
  const found = /(^|[\s(])([@#:])([\p{L}\p{N}_.+-]*)$/u.exec(text);
  if (!found) return null;
  const [, , sign, word] = found;
  const query = word.toLowerCase();
  const from = text.length - word.length - 1;
  if (sign === "@") {
    const people = env.people
      .filter((u) => !u.deleted && begins(query, u.label, u.name, u.real_name))
      .map((u) => ({ key: u.id, label: u.label, note: u.real_name === u.label ? `@${u.name}` : u.real_name, user: u, insert: `@${u.name} `, from }));
    const groups = ["here", "channel"].filter((n) => query && n.startsWith(query)).map((n) => ({ key: n, label: `@${n}`, note: "Everyone in this channel", insert: `@${n} `, from }));
    return { title: "People", list: [...people, ...groups].slice(0, MOST) };
  }
  if (sign === "#") {
    const list = env.reachable().filter((c) => begins(query, c.name)).map((c) => ({ key: c.id, label: `#${c.name}`, note: c.topic, insert: `#${c.name} `, from }));
    return { title: "Channels", list: list.slice(0, MOST) };
  }
  if (word.length < 2) return null;
  const list = searchEmoji(word, MOST).map((name) => ({ key: name, label: `${emojiChar(name)} :${name}:`, note: "", insert: `:${name}: `, from }));
  return { title: "Emoji", list };
}

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** What is sent for typed text: names become <@U…> and <#C…>, the rest is escaped. */
export function encode(text, env) {
  return escape(text)
    .replace(/(^|[\s(])@([\p{L}\p{N}_.-]*[\p{L}\p{N}_-])/gu, (all, before, name) => {
      if (["here", "channel", "everyone"].includes(name)) return `${before}<!${name}>`;
      const user = env.people.find((u) => u.name === name);
      return user ? `${before}<@${user.id}>` : all;
    })
    .replace(/(^|[\s(])#([\p{L}\p{N}_-]+)/gu, (all, before, name) => {
      const channel = env.reachable().find((c) => c.name === name);
      return channel ? `${before}<#${channel.id}|${channel.name}>` : all;
    })
    .replace(/^&gt; ?/gm, "&gt; ");
}
