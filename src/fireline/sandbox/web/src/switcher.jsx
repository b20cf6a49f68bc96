// Ctrl/Cmd+K: jump to a channel, a conversation or an app.
import { useState } from "react";
import { titleOf, useEnv } from "./env.js";
import { Icon } from "./icons.jsx";
import { Layer } from "./modal.jsx";

export function Switcher({ snap, onOpen, onClose }) {
  const env = useEnv();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const places = [
    ...snap.channels.filter((c) => c.kind !== "im" || !snap.apps.some((a) => c.members.includes(a.bot_user_id))).map((c) => ({ key: c.id, icon: c.kind === "group" ? "lock" : c.kind === "channel" ? "hash" : "people", label: titleOf(c, env), note: c.is_archived ? "archived" : "", unread: c.unread, to: { channel: c.id } })),
    ...snap.apps.map((a) => ({ key: a.id, icon: "bolt", label: a.name, note: "app", unread: 0, to: { home: a.id } })),
  ];
  const q = query.trim().toLowerCase();
  const rank = (p) => (p.label.toLowerCase().startsWith(q) ? 0 : 1) + (p.note === "archived" ? 4 : 0) - (q ? 0 : p.unread ? 0.5 : 0);
  const list = places.filter((p) => p.label.toLowerCase().includes(q)).sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label)).slice(0, 9);
  const pick = (place) => {
    onClose();
    onOpen(place.to);
  };
  const keys = (event) => {
    if (event.key === "Enter" && list[active]) {
      event.preventDefault();
      pick(list[active]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setActive((active + (event.key === "ArrowDown" ? 1 : -1) + list.length) % Math.max(1, list.length));
    }
  };
  return (
    <Layer label="Switch channel" className="switcher" onClose={onClose}>
      <input role="combobox" aria-expanded="true" aria-controls="places" aria-label="Where to?" placeholder="Where to?" value={query} onChange={(event) => { setQuery(event.target.value); setActive(0); }} onKeyDown={keys} />
      <div id="places" role="listbox" aria-label="Places">
        {list.map((place, i) => (
          <div key={place.key} role="option" aria-selected={i === active} className={i === active ? "option active" : "option"} onClick={() => pick(place)}>
            <Icon name={place.icon} size={16} /><span className={place.unread ? "offer-label" : ""}>{place.label}</span><span className="offer-note">{place.note}</span>
          </div>
        ))}
        {!list.length && <div className="menu-empty">Nothing of that name</div>}
      </div>
    </Layer>
  );
}
