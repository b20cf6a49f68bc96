// A channel: header, bookmarks, messages, composer; and the thread beside it.
import { useEffect, useMemo, useRef, useState } from "react";
import { act, complaint, markRead } from "./api.js";
import { AppTabs } from "./apptabs.jsx";
import { Composer } from "./composer.jsx";
import { authorOf, titleOf, useEnv } from "./env.js";
import { Icon, IconButton } from "./icons.jsx";
import { Avatar } from "./message.jsx";
import { MessageList } from "./messagelist.jsx";
import { Mrkdwn, plainOf } from "./mrkdwn.jsx";
import { Popover } from "./popover.jsx";
import { emojify } from "./emojify.js";
import { linkTo } from "./route.js";
import { clockTime, dayTitle } from "./time.js";

function People({ channel, env }) {
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button ref={anchor} type="button" className="head-button" aria-label={`${channel.members.length} members`} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="people" size={17} /> {channel.members.length}
      </button>
      {open && (
        <Popover anchor={anchor} align="end" onClose={() => setOpen(false)} className="panel" role="dialog" aria-label="Members">
          <div className="menu-heading">Members</div>
          {channel.members.map((id) => {
            const user = env.userOf(id) || { label: id, name: id, colour: "#777" };
            return <div key={id} className="panel-row"><Avatar who={{ ...user, isApp: user.is_bot }} size={26} /> <span>{user.label}</span>{user.is_bot && <span className="badge">APP</span>}</div>;
          })}
        </Popover>
      )}
    </>
  );
}

function Pins({ channel, env }) {
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  if (!channel.pins.length) return null;
  const pinned = channel.messages.filter((m) => m.pinned);
  return (
    <>
      <button ref={anchor} type="button" className="head-button" aria-label={`${channel.pins.length} pinned`} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="pin" size={16} /> {channel.pins.length}
      </button>
      {open && (
        <Popover anchor={anchor} align="end" onClose={() => setOpen(false)} className="panel" role="dialog" aria-label="Pinned messages">
          <div className="menu-heading">Pinned</div>
          {pinned.map((m) => (
            <a key={m.ts} className="panel-row tall" href={linkTo(channel.id, m.ts)} onClick={() => setOpen(false)}>
              <Avatar who={authorOf(m, env)} size={26} />
              <span><strong>{authorOf(m, env).label}</strong> <span className="quiet">{dayTitle(Number(m.ts), env.zone, env.now)}, {clockTime(Number(m.ts), env.zone)}</span><br />{emojify(plainOf(m.text, env)).slice(0, 140)}</span>
            </a>
          ))}
        </Popover>
      )}
    </>
  );
}

function Head({ channel, env, onMenu }) {
  const title = titleOf(channel, env);
  const direct = channel.kind === "im" || channel.kind === "mpim";
  return (
    <header className="head">
      <IconButton icon="menu" label="Open sidebar" className="only-phone" onClick={onMenu} />
      <div className="head-names">
        <h2>{!direct && <Icon name={channel.kind === "group" ? "lock" : "hash"} size={18} />}<span>{title}</span></h2>
        {channel.topic && <div className="topic" title={plainOf(channel.topic, env)}><Mrkdwn text={channel.topic} env={env} /></div>}
      </div>
      <Pins channel={channel} env={env} />
      {!direct && <People channel={channel} env={env} />}
    </header>
  );
}

function Bookmarks({ channel }) {
  if (!channel.bookmarks.length) return null;
  return (
    <div className="bookmarks" aria-label="Bookmarks">
      {channel.bookmarks.map((b) => (
        <a key={b.id} href={b.link} target="_blank" rel="noreferrer"><span className="bookmark-mark">{b.emoji ? emojify(b.emoji) : <Icon name="bookmark" size={14} />}</span>{b.title}</a>
      ))}
    </div>
  );
}

function Opening({ channel, env }) {
  const title = titleOf(channel, env);
  const direct = channel.kind === "im" || channel.kind === "mpim";
  return (
    <div className="opening">
      <h3>{direct ? title : <><Icon name={channel.kind === "group" ? "lock" : "hash"} size={24} /> {title}</>}</h3>
      <p>{direct ? `This is the start of your conversation with ${title}.` : channel.purpose ? <Mrkdwn text={channel.purpose} env={env} /> : `This is the very beginning of #${title}.`}</p>
    </div>
  );
}

function Foot({ channel, env }) {
  if (channel.is_archived) return <div className="foot-note">This channel is archived. It can be read, but not written to.</div>;
  if (!channel.is_member) {
    const join = async () => {
      const problem = complaint(await act("join", { user: env.me, channel: channel.id }), "Joining");
      if (problem) env.toast(problem);
    };
    return <div className="foot-note">You are looking at <strong>#{channel.name}</strong> <button type="button" className="bk-button primary" onClick={join}>Join channel</button></div>;
  }
  const direct = channel.kind === "im" || channel.kind === "mpim";
  return <Composer channel={channel} placeholder={`Message ${direct ? "" : "#"}${titleOf(channel, env)}`} />;
}

export function ChannelView({ channel, app, marked, onMenu, onOpen }) {
  const env = useEnv();
  const [newAfter, setNewAfter] = useState(channel.last_read);
  const place = `${env.me}/${channel.id}`;
  const replies = useMemo(() => {
    const found = new Map();
    for (const m of channel.messages) {
      if (!m.thread_ts || m.thread_ts === m.ts) continue;
      if (!found.has(m.thread_ts)) found.set(m.thread_ts, []);
      if (!m.ephemeral) found.get(m.thread_ts).push(m);
    }
    return found;
  }, [channel.messages]);
  const top = useMemo(() => channel.messages.filter((m) => !m.thread_ts || m.thread_ts === m.ts || m.broadcast), [channel.messages]);
  useEffect(() => setNewAfter(channel.last_read), [place]);
  const newest = channel.messages.length ? channel.messages[channel.messages.length - 1].ts : "";
  useEffect(() => {
    const read = () => {
      if (document.visibilityState === "visible" && channel.unread) markRead(env.me, channel.id, newest);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [place, newest, channel.unread]);
  return (
    <main className="channel" aria-label={titleOf(channel, env)}>
      <Head channel={channel} env={env} onMenu={onMenu} />
      {app && <AppTabs app={app} direct={channel} tab="messages" onOpen={onOpen} />}
      <Bookmarks channel={channel} />
      <MessageList messages={top} replies={replies} place={place} marked={marked} newAfter={newAfter} label={`Messages in ${titleOf(channel, env)}`}>
        <Opening channel={channel} env={env} />
      </MessageList>
      <Foot channel={channel} env={env} />
    </main>
  );
}

export function Thread({ channel, ts, onClose }) {
  const env = useEnv();
  const messages = useMemo(() => channel.messages.filter((m) => m.ts === ts || m.thread_ts === ts), [channel.messages, ts]);
  if (!messages.length) return null;
  return (
    <aside className="thread" aria-label="Thread">
      <header className="head">
        <IconButton icon="back" label="Back to channel" className="only-phone" onClick={onClose} />
        <div className="head-names"><h2><span>Thread</span></h2><div className="topic">{titleOf(channel, env)}</div></div>
        <IconButton icon="close" label="Close thread" className="not-phone" onClick={onClose} />
      </header>
      <MessageList messages={messages} place={`${env.me}/${ts}`} inThread label="Thread messages" />
      {channel.is_member && !channel.is_archived && <Composer channel={channel} threadTs={ts} placeholder="Reply…" />}
    </aside>
  );
}
