// The workspace bar and the sidebar: channels, direct messages, apps, and who you are.
import { useRef, useState } from "react";
import { initialsOf, titleOf, useEnv } from "./env.js";
import { Icon, IconButton } from "./icons.jsx";
import { Avatar } from "./message.jsx";
import { Popover } from "./popover.jsx";

function Row({ channel, env, current, onOpen }) {
  const title = titleOf(channel, env);
  const direct = channel.kind === "im" || channel.kind === "mpim";
  const other = direct && env.userOf(channel.members.find((id) => id !== env.me) || env.me);
  const classes = ["side-row", channel.unread && "unread", current && "current", channel.is_archived && "archived", !channel.is_member && "outside"].filter(Boolean).join(" ");
  const kind = direct ? "direct message" : channel.kind === "group" ? "private channel" : "channel";
  const state = channel.unread ? `, ${channel.unread} unread` : "";
  return (
    <button type="button" className={classes} aria-current={current ? "page" : undefined} aria-label={`${title}, ${kind}${state}`} onClick={() => onOpen({ channel: channel.id })}>
      {direct && other ? <Avatar who={{ ...other, isApp: other.is_bot }} size={20} /> : <Icon name={channel.kind === "group" ? "lock" : "hash"} size={16} />}
      <span className="side-name">{title}</span>
      {channel.mentions > 0 ? <span className="count">{channel.mentions}</span> : channel.unread > 0 && <span className="dot" />}
    </button>
  );
}

function Group({ title, children, startOpen = true }) {
  const [open, setOpen] = useState(startOpen);
  return (
    <section className="side-group" aria-label={title}>
      <button type="button" className="side-title" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={open ? "turn open" : "turn"}><Icon name="chevron" size={14} /></span> {title}
      </button>
      {open && children}
    </section>
  );
}

function PeopleMenu({ anchor, env, snap, onClose, onUser }) {
  const humans = env.people.filter((u) => !u.is_bot && !u.deleted);
  return (
    <Popover anchor={anchor} onClose={onClose} className="menu people-menu" role="menu" aria-label="Act as">
      <div className="menu-heading">Act as</div>
      {humans.map((user) => (
        <button key={user.id} type="button" role="menuitemradio" aria-checked={user.id === env.me} className="menu-item person" onClick={() => { onClose(); onUser(user.id); }}>
          <Avatar who={user} size={30} />
          <span className="person-names"><strong>{user.label}</strong><span>@{user.name} · {user.tz}</span></span>
          {user.id === env.me ? <Icon name="check" size={16} /> : snap.waiting[user.id] > 0 && <span className="count" aria-label={`${snap.waiting[user.id]} unread channels`}>{snap.waiting[user.id]}</span>}
        </button>
      ))}
    </Popover>
  );
}

export function Rail({ snap, theme, onTheme, onSwitcher, onUser }) {
  const env = useEnv();
  const me = env.userOf(env.me);
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  const dark = theme === "dark";
  return (
    <div className="rail">
      <span className="team" title={snap.team.name} aria-hidden="true">{initialsOf(snap.team.name)}</span>
      <IconButton icon="search" label="Switch channel (Ctrl+K)" onClick={onSwitcher} size={20} />
      <span className="rail-space" />
      <IconButton icon={dark ? "sun" : "moon"} label={dark ? "Switch to light theme" : "Switch to dark theme"} onClick={onTheme} size={20} />
      <button ref={anchor} type="button" className="me" aria-label={`Switch user, you are ${me ? me.label : env.me}`} title="Switch user" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {me && <Avatar who={me} size={38} />}
      </button>
      {open && <PeopleMenu anchor={anchor} env={env} snap={snap} onClose={() => setOpen(false)} onUser={onUser} />}
    </div>
  );
}

export function Sidebar({ snap, route, onOpen, onUser }) {
  const env = useEnv();
  const me = env.userOf(env.me);
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  const named = snap.channels.filter((c) => c.kind === "channel" || c.kind === "group").sort((a, b) => a.name.localeCompare(b.name));
  const mine = named.filter((c) => c.is_member && !c.is_archived);
  const others = named.filter((c) => !c.is_member && !c.is_archived);
  const archived = named.filter((c) => c.is_archived);
  const bots = new Set(snap.apps.map((a) => a.bot_user_id));
  const talk = snap.channels.filter((c) => c.kind === "im" || c.kind === "mpim");
  const withApp = (id) => talk.find((c) => c.kind === "im" && c.members.includes(id));
  const direct = talk.filter((c) => c.kind === "mpim" || !c.members.some((id) => bots.has(id)));
  const row = (c) => <Row key={c.id} channel={c} env={env} current={route.channel === c.id} onOpen={onOpen} />;
  return (
    <nav className="sidebar" aria-label="Channels and apps">
      <div className="side-head">
        <h1>{snap.team.name}</h1>
        <button ref={anchor} type="button" className="who" aria-label={`Acting as ${me ? me.label : env.me}, change`} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="presence" /> {me ? me.label : env.me} <Icon name="chevron" size={14} />
        </button>
        {open && <PeopleMenu anchor={anchor} env={env} snap={snap} onClose={() => setOpen(false)} onUser={onUser} />}
      </div>
      <div className="side-scroll">
        <Group title="Channels">{mine.map(row)}</Group>
        {others.length > 0 && <Group title="Browse">{others.map(row)}</Group>}
        {direct.length > 0 && <Group title="Direct messages">{direct.map(row)}</Group>}
        <Group title="Apps">
          {snap.apps.map((app) => {
            const bot = env.userOf(app.bot_user_id);
            const own = withApp(app.bot_user_id);
            const unread = own ? own.unread : 0;
            const current = route.home === app.id || (own && route.channel === own.id);
            const classes = ["side-row", current && "current", unread && "unread"].filter(Boolean).join(" ");
            return (
              <button key={app.id} type="button" className={classes} aria-current={current ? "page" : undefined} aria-label={`${app.name}, app home${unread ? `, ${unread} unread` : ""}`} onClick={() => onOpen(unread ? { channel: own.id } : { home: app.id })}>
                <Avatar who={{ label: app.name, colour: bot ? bot.colour : "#7c5cc4", isApp: true }} size={20} />
                <span className="side-name">{app.name}</span>
                {unread > 0 && <span className="count">{unread}</span>}
              </button>
            );
          })}
        </Group>
        {archived.length > 0 && <Group title="Archived" startOpen={false}>{archived.map(row)}</Group>}
      </div>
    </nav>
  );
}
