// The messages of a channel or thread: days, grouping, the "New" line, scrolling.
import { Fragment, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useEnv } from "./env.js";
import { MessageItem } from "./message.jsx";
import { dayTitle, isoDay } from "./time.js";

const GROUP_SECONDS = 300;
const NEAR_BOTTOM = 80;

function follows(message, before) {
  return (
    before &&
    !message.subtype?.startsWith("channel_") &&
    !before.subtype?.startsWith("channel_") &&
    before.user === message.user &&
    before.username === message.username &&
    before.ephemeral === message.ephemeral &&
    !message.pinned &&
    Number(message.ts) - Number(before.ts) < GROUP_SECONDS
  );
}

/** Keeps the end in sight unless the reader scrolled up; jumps to `marked` when it changes. */
function useScroll(messages, place, marked) {
  const box = useRef(null);
  const stuck = useRef(true);
  useLayoutEffect(() => {
    const el = box.current;
    stuck.current = true;
    const target = marked && el.querySelector(`[data-ts="${marked}"]`);
    if (target) {
      stuck.current = false;
      target.scrollIntoView({ block: "center" });
    } else el.scrollTop = el.scrollHeight;
  }, [place, marked]);
  useLayoutEffect(() => {
    if (stuck.current) box.current.scrollTop = box.current.scrollHeight;
  }, [messages]);
  useEffect(() => {
    const el = box.current;
    const heard = () => {
      stuck.current = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_BOTTOM;
    };
    el.addEventListener("scroll", heard, { passive: true });
    // Pictures and folded previews change the height after the first drawing.
    const watch = new ResizeObserver(() => stuck.current && (el.scrollTop = el.scrollHeight));
    watch.observe(el.firstElementChild);
    watch.observe(el);
    return () => {
      el.removeEventListener("scroll", heard);
      watch.disconnect();
    };
  }, []);
  return box;
}

export function MessageList({ messages, replies, place, marked, newAfter, inThread, label, children }) {
  const env = useEnv();
  const box = useScroll(messages, place, marked);
  const days = useMemo(() => messages.map((m) => isoDay(Number(m.ts), env.zone)), [messages, env.zone]);
  const firstNew = newAfter ? messages.findIndex((m) => m.ts > newAfter && m.user !== env.me && !m.ephemeral) : -1;
  return (
    <div className="messages" ref={box}>
      <div className="messages-inner" role="log" aria-label={label}>
        {children}
        {messages.map((message, i) => {
          const newDay = !inThread && days[i] !== days[i - 1];
          const isNew = i === firstNew && newAfter !== "0";
          return (
            <Fragment key={`${message.ts}${message.ephemeral ? "e" : ""}`}>
              {newDay && <div className="day" role="separator"><span>{dayTitle(Number(message.ts), env.zone, env.now)}</span></div>}
              {isNew && <div className="new-line" role="separator"><span>New</span></div>}
              {inThread && i === 1 && <div className="thread-count"><span>{messages.length - 1} {messages.length === 2 ? "reply" : "replies"}</span></div>}
              <MessageItem message={message} grouped={!newDay && !isNew && !(inThread && i === 1) && follows(message, messages[i - 1])} replies={replies && replies.get(message.ts)} inThread={inThread} marked={marked === message.ts} />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}
