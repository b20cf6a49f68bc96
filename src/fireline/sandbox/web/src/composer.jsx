// The box to write in: Enter sends, "/" offers commands, "@" people, "#" channels, ":" emoji.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { act, complaint } from "./api.js";
import { encode, offers } from "./complete.js";
import { EmojiPicker } from "./emojipicker.jsx";
import { emojiChar } from "./emojify.js";
import { useEnv } from "./env.js";
import { IconButton } from "./icons.jsx";
import { Avatar } from "./message.jsx";

const drafts = new Map();

function Offers({ id, found, active, onPick }) {
  const here = useRef(null);
  useEffect(() => {
    if (here.current) here.current.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div className="offers">
      <div className="menu-heading">{found.title}</div>
      <div id={id} role="listbox" aria-label={found.title} className="offers-list">
        {found.list.map((offer, i) => (
          <div key={offer.key} ref={i === active ? here : null} id={`${id}-${i}`} role="option" aria-selected={i === active} className={i === active ? "option active" : "option"} onPointerDown={(event) => event.preventDefault()} onClick={() => onPick(offer)}>
            {offer.user && <Avatar who={{ ...offer.user, isApp: offer.user.is_bot }} size={22} />}
            <span className="offer-label">{offer.label}</span>
            {offer.usage && <code className="offer-usage">{offer.usage}</code>}
            <span className="offer-note">{offer.note}</span>
            {offer.by && <span className="offer-by">{offer.by}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

async function send(text, env, channel, threadTs) {
  const slash = /^(\/[a-z0-9_-]+)(?:\s+([\s\S]*))?$/i.exec(text);
  if (slash) {
    const answer = await act("command", { user: env.me, channel: channel.id, command: slash[1], text: slash[2] || "" });
    return complaint(answer, slash[1]);
  }
  const body = { user: env.me, channel: channel.id, text: encode(text, env) };
  if (threadTs) body.thread_ts = threadTs;
  return complaint(await act("message", body), "Sending");
}

export function Composer({ channel, threadTs, placeholder }) {
  const env = useEnv();
  const box = useRef(null);
  const emoji = useRef(null);
  const place = `${env.me}/${channel.id}/${threadTs || ""}`;
  const [text, setText] = useState(drafts.get(place) || "");
  const [found, setFound] = useState(null);
  const [active, setActive] = useState(0);
  const [busy, setBusy] = useState(false);
  const [picking, setPicking] = useState(false);
  const id = `offers-${threadTs ? "thread" : "channel"}`;
  const open = Boolean(found && found.list.length);

  useEffect(() => {
    setText(drafts.get(place) || "");
    setFound(null);
    if (matchMedia("(hover: hover)").matches && box.current) box.current.focus({ preventScroll: true });
  }, [place]);
  useLayoutEffect(() => {
    const el = box.current;
    el.style.height = "auto";
    el.style.height = `${Math.min(el.scrollHeight, 220)}px`;
  }, [text]);

  const change = (next, caret) => {
    drafts.set(place, next);
    setText(next);
    setFound(offers(next.slice(0, caret ?? next.length), env));
    setActive(0);
  };
  const take = (offer) => {
    const caret = box.current.selectionStart;
    const next = text.slice(0, offer.from) + offer.insert + text.slice(caret);
    change(next, offer.from + offer.insert.length);
    setFound(null);
    requestAnimationFrame(() => {
      box.current.focus();
      box.current.setSelectionRange(offer.from + offer.insert.length, offer.from + offer.insert.length);
    });
  };
  const submit = async () => {
    const body = text.trim();
    if (!body) return;
    change("");
    setFound(null);
    setBusy(true);
    const problem = await send(body, env, channel, threadTs);
    setBusy(false);
    if (!problem) return;
    env.toast(problem);
    if (!drafts.get(place)) change(body);
    setFound(null);
  };
  const keys = (event) => {
    if (event.nativeEvent.isComposing) return;
    const typed = open && text.slice(found.list[active].from, box.current.selectionStart);
    const exact = open && found.list.some((o) => o.insert.trim() === typed);
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + found.list.length) % found.list.length);
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && !exact && !event.shiftKey))) {
      event.preventDefault();
      take(found.list[active]);
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      setFound(null);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <div className="composer">
      {open && <Offers id={id} found={found} active={active} onPick={take} />}
      <div className="composer-box">
        <textarea ref={box} rows={1} value={text} placeholder={placeholder} aria-label={placeholder} role="combobox" aria-expanded={open} aria-controls={id} aria-autocomplete="list" aria-activedescendant={open ? `${id}-${active}` : undefined} onChange={(event) => change(event.target.value, event.target.selectionStart)} onKeyDown={keys} onBlur={() => setFound(null)} />
        <div className="composer-bar">
          <button type="button" className="icon-button slash" aria-label="Slash commands" title="Slash commands" onClick={() => { box.current.focus(); change("/"); }}>/</button>
          <button type="button" className="icon-button slash" aria-label="Mention somebody" title="Mention somebody" onClick={() => { box.current.focus(); change(`${text}${text && !text.endsWith(" ") ? " " : ""}@`); }}>@</button>
          <span ref={emoji}><IconButton icon="smile" label="Insert emoji" aria-expanded={picking} onClick={() => setPicking(!picking)} /></span>
          {picking && <EmojiPicker anchor={emoji} onClose={() => setPicking(false)} onPick={(name) => { setPicking(false); change(`${text}${emojiChar(name)} `); box.current.focus(); }} />}
          <span className="composer-hint">{busy ? "Sending…" : <><kbd>Enter</kbd> to send</>}</span>
          <IconButton icon="send" label="Send message" className="send" disabled={!text.trim()} onClick={submit} />
        </div>
      </div>
    </div>
  );
}
