// What drawing needs to know about the workspace: names, zone, now, theme.
import { createContext, useContext, useMemo } from "react";

export const Env = createContext(null);
export const useEnv = () => useContext(Env);

const COLOURS = ["#7c5cc4", "#2f7ebc", "#2b8a6e", "#b8613b", "#a94a7d", "#5a7d2f", "#4a68c0", "#9a6b1f", "#3c8a96", "#b04a4a"];

function colourOf(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return COLOURS[sum % COLOURS.length];
}

export function initialsOf(label) {
  const words = label.replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  const first = words[0] || "?";
  return (words.length > 1 ? first[0] + words[words.length - 1][0] : first.slice(0, 2)).toUpperCase();
}

const labelled = (user) => ({
  ...user,
  label: (!user.is_bot && user.display_name) || user.real_name || user.name,
  colour: colourOf(user.id),
});

/** Name, colour and app mark of whoever wrote a message. */
export function authorOf(message, env) {
  const user = env.userOf(message.user);
  const app = env.apps.find((a) => a.id === message.app_id);
  const label = message.username || (user && user.label) || (app && app.name) || "Slackbot";
  return { label, colour: user ? user.colour : colourOf(label), isApp: Boolean(app || (user && user.is_bot)), id: message.user, icon: message.icon_emoji };
}

/** The name a channel is shown by. */
export function titleOf(channel, env) {
  if (channel.kind !== "im" && channel.kind !== "mpim") return channel.name;
  const others = channel.members.filter((id) => id !== env.me);
  return (others.length ? others : [env.me]).map((id) => (env.userOf(id) || { label: id }).label).join(", ");
}

export function useMadeEnv(snap, theme, extra) {
  const people = useMemo(() => new Map(snap.users.map((u) => [u.id, labelled(u)])), [snap.users]);
  const named = useMemo(() => JSON.stringify(snap.channels.map((c) => [c.id, c.name])), [snap.channels]);
  const base = useMemo(() => {
    const channels = new Map(JSON.parse(named).map(([id, name]) => [id, { id, name }]));
    const groups = new Map(snap.usergroups.map((g) => [g.id, g]));
    const me = people.get(snap.me);
    return {
      me: snap.me,
      zone: (me && me.tz) || "UTC",
      theme,
      apps: snap.apps,
      people: [...people.values()],
      channels: [...channels.values()],
      userOf: (id) => people.get(id),
      channelOf: (id) => channels.get(id),
      groupOf: (id) => groups.get(id),
      data: {
        users: [...people.values()].map((u) => ({ id: u.id, name: u.label })),
        channels: [...channels.values()],
        user_groups: snap.usergroups,
      },
    };
  }, [people, named, snap.usergroups, snap.me, snap.apps, theme]);
  // A minute's precision is enough for "today" and "ago", and keeps messages from being redrawn.
  const minute = Math.floor(snap.now / 60) * 60 + 59;
  return useMemo(() => ({ ...base, now: minute, ...extra }), [base, minute, extra]);
}
