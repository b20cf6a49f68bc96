// One message, with its reactions, thread summary and hover toolbar.
import { memo, useRef, useState } from "react";
import { act, complaint, dismiss } from "./api.js";
import { Blocks } from "./blocks.jsx";
import { emojiChar } from "./emojify.js";
import { EmojiPicker } from "./emojipicker.jsx";
import { authorOf, initialsOf, useEnv } from "./env.js";
import { Files } from "./files.jsx";
import { Icon, IconButton } from "./icons.jsx";
import { Mrkdwn, plainOf } from "./mrkdwn.jsx";
import { Menu } from "./popover.jsx";
import { linkTo } from "./route.js";
import { useSurface } from "./surface.js";
import { agoText, clockTime, fullTime } from "./time.js";

export function Avatar({ who, size = 36 }) {
  const style = { background: who.colour, width: size, height: size, fontSize: size * 0.4, borderRadius: size * 0.24 };
  const icon = who.icon && emojiChar(who.icon.replace(/:/g, ""));
  return <span className="avatar" style={style} aria-hidden="true">{icon || (who.isApp ? <Icon name="bolt" size={size * 0.58} /> : initialsOf(who.label))}</span>;
}

async function react(env, message, name) {
  const has = message.reactions.find((r) => r.name === name);
  const remove = Boolean(has && has.users.includes(env.me));
  const answer = await act("reaction", { user: env.me, channel: message.channel, ts: message.ts, name, remove });
  const problem = complaint(answer, "The reaction");
  if (problem) env.toast(problem);
}

function Reactions({ message, env }) {
  if (!message.reactions.length) return null;
  return (
    <div className="reactions" aria-label="Reactions">
      {message.reactions.map(({ name, users }) => {
        const names = users.map((id) => (env.userOf(id) || { label: id }).label).join(", ");
        return (
          <button key={name} type="button" className="reaction" aria-pressed={users.includes(env.me)} aria-label={`${name}: ${users.length}, by ${names}`} title={`${names} reacted with :${name}:`} onClick={() => react(env, message, name)}>
            <span>{emojiChar(name) || `:${name}:`}</span> {users.length}
          </button>
        );
      })}
      <AddReaction message={message} env={env} className="reaction add" />
    </div>
  );
}

function AddReaction({ message, env, className }) {
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button ref={anchor} type="button" className={className} aria-label="Add reaction" title="Add reaction" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="smile" size={17} />
      </button>
      {open && <EmojiPicker anchor={anchor} onClose={() => setOpen(false)} onPick={(name) => { setOpen(false); react(env, message, name); }} />}
    </>
  );
}

function MoreActions({ message, env }) {
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  const shortcut = async (app, entry) => {
    const answer = await act("shortcut", { user: env.me, app_id: app.id, callback_id: entry.callback_id, channel: message.channel, ts: message.ts });
    const problem = complaint(answer, entry.name);
    if (problem) env.toast(problem);
  };
  const copy = async () => {
    const link = `${location.origin}/${linkTo(message.channel, message.ts)}`;
    try {
      await navigator.clipboard.writeText(link);
      env.toast("Link copied", "good");
    } catch {
      env.toast(`The browser refused the clipboard. The link: ${link}`);
    }
  };
  const pin = async () => {
    const answer = await act("pin", { user: env.me, channel: message.channel, ts: message.ts, remove: message.pinned });
    const problem = complaint(answer, "The pin");
    if (problem) env.toast(problem);
  };
  const own = env.apps.map((app) => [app, app.shortcuts.filter((s) => s.type === "message" || s.type === "message_action")]).filter(([, list]) => list.length);
  const items = [
    { label: "Copy link to message", onPick: copy },
    { label: message.pinned ? "Unpin from channel" : "Pin to channel", onPick: pin },
    ...own.flatMap(([app, list]) => [{ heading: app.name }, ...list.map((entry) => ({ label: entry.name, hint: entry.description, onPick: () => shortcut(app, entry) }))]),
  ];
  return (
    <>
      <button ref={anchor} type="button" className="icon-button" aria-label="More actions" title="More actions" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="more" /></button>
      {open && <Menu anchor={anchor} label="More actions" items={items} align="end" onClose={() => setOpen(false)} />}
    </>
  );
}

function Toolbar({ message, env, inThread }) {
  return (
    <div className="toolbar" role="toolbar" aria-label="Message actions">
      {["white_check_mark", "eyes"].map((name) => (
        <button key={name} type="button" className="icon-button emoji-button" aria-label={`React with ${name}`} title={`React with :${name}:`} onClick={() => react(env, message, name)}>{emojiChar(name)}</button>
      ))}
      <AddReaction message={message} env={env} className="icon-button" />
      {!inThread && <IconButton icon="reply" label="Reply in thread" onClick={() => env.openThread(message)} />}
      <MoreActions message={message} env={env} />
    </div>
  );
}

function Attachment({ attachment, io, env }) {
  return (
    <div className="attachment" style={{ "--bar": /^#?[0-9a-f]{6}$/i.test(attachment.color || "") ? `#${attachment.color.replace("#", "")}` : undefined }}>
      {attachment.pretext && <Mrkdwn text={attachment.pretext} env={env} />}
      {attachment.title && <strong className="attachment-title">{attachment.title_link ? <a href={attachment.title_link}>{attachment.title}</a> : attachment.title}</strong>}
      {attachment.blocks ? <Blocks blocks={attachment.blocks} io={io} /> : <div className="bk-text"><Mrkdwn text={attachment.text || attachment.fallback} env={env} /></div>}
      {(attachment.fields || []).map((f, i) => <div key={i} className="bk-text"><strong>{f.title}</strong> <Mrkdwn text={f.value} env={env} /></div>)}
    </div>
  );
}

function Body({ message, env, io }) {
  const hasBlocks = message.blocks && message.blocks.length > 0;
  return (
    <>
      {hasBlocks ? <Blocks blocks={message.blocks} io={io} /> : message.text && <div className="bk-text"><Mrkdwn text={message.text} env={env} /></div>}
      {message.edited && <span className="edited">(edited)</span>}
      {message.attachments.map((attachment, i) => <Attachment key={i} attachment={attachment} io={io} env={env} />)}
      <Files files={message.files} />
    </>
  );
}

function ThreadSummary({ message, replies, env }) {
  if (!replies || !replies.length) return null;
  const people = [...new Map(replies.map((r) => { const who = authorOf(r, env); return [who.label, who]; })).values()].slice(0, 4);
  const last = replies[replies.length - 1];
  return (
    <button type="button" className="thread-summary" onClick={() => env.openThread(message)}>
      <span className="thread-faces">{people.map((who) => <Avatar key={who.label} who={who} size={22} />)}</span>
      <strong>{replies.length} {replies.length === 1 ? "reply" : "replies"}</strong>
      <span className="quiet">Last reply {agoText(Number(last.ts), env.now)}</span>
    </button>
  );
}

const SYSTEM = new Set("channel_join channel_leave channel_topic channel_purpose channel_name channel_archive channel_unarchive group_join group_leave pinned_item bot_add".split(" "));

function SystemLine({ message, env, who }) {
  return (
    <article className="message system" aria-label={`Notice: ${who.label} ${plainOf(message.text, env)}`}>
      <Avatar who={who} size={20} />
      <div><strong>{who.label}</strong> <Mrkdwn text={message.text.replace(/^<@[^>]+>\s*/, "")} env={env} /> <span className="quiet">{clockTime(Number(message.ts), env.zone)}</span></div>
    </article>
  );
}

export const MessageItem = memo(function MessageItem({ message, grouped, replies, inThread, marked }) {
  const env = useEnv();
  const io = useSurface(message.blocks && message.blocks.length ? message.blocks : (message.attachments[0] || {}).blocks, { channel: message.channel, ts: message.ts });
  const who = authorOf(message, env);
  const seconds = Number(message.ts);
  if (SYSTEM.has(message.subtype)) return <SystemLine message={message} env={env} who={who} />;
  const classes = ["message", grouped && "grouped", message.ephemeral && "ephemeral", message.pinned && "pinned", marked && "marked"].filter(Boolean).join(" ");
  const time = clockTime(seconds, env.zone);
  return (
    <article className={classes} aria-label={`Message from ${who.label} at ${time}`} data-ts={message.ts} tabIndex={-1}>
      {message.ephemeral && <div className="above"><Icon name="eye" size={14} /> Only visible to you</div>}
      {message.pinned && <div className="above pin"><Icon name="pin" size={14} /> Pinned</div>}
      {!inThread && message.broadcast && message.thread_ts !== message.ts && (
        <div className="above"><Icon name="reply" size={14} /> <button type="button" className="link-button" onClick={() => env.openThread(message)}>replied to a thread</button></div>
      )}
      <div className="message-row">
        <div className="gutter">{grouped ? <a className="gutter-time" href={linkTo(message.channel, message.ts)} title={fullTime(seconds, env.zone)}>{time}</a> : <Avatar who={who} />}</div>
        <div className="message-main">
          {!grouped && (
            <div className="byline">
              <strong className="author">{who.label}</strong>
              {who.isApp && <span className="badge">APP</span>}
              <a className="quiet time" href={linkTo(message.channel, message.ts)} title={fullTime(seconds, env.zone)}>{time}</a>
            </div>
          )}
          <Body message={message} env={env} io={io} />
          <Reactions message={message} env={env} />
          {!inThread && <ThreadSummary message={message} replies={replies} env={env} />}
          {message.ephemeral && <button type="button" className="link-button dismiss" onClick={() => dismiss(env.me, message.ts)}>Dismiss message</button>}
        </div>
      </div>
      {!message.ephemeral && <Toolbar message={message} env={env} inThread={inThread} />}
    </article>
  );
});
