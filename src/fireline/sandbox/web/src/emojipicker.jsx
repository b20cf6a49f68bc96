import { useState } from "react";
import { emojiChar, searchEmoji } from "./emojify.js";
import { Popover } from "./popover.jsx";

/** A small searchable emoji picker. */
export function EmojiPicker({ anchor, onPick, onClose }) {
  const [query, setQuery] = useState("");
  const found = searchEmoji(query);
  const enter = (event) => {
    if (event.key === "Enter" && found[0]) {
      event.preventDefault();
      onPick(found[0]);
    }
  };
  return (
    <Popover anchor={anchor} onClose={onClose} align="end" className="emoji-picker" role="dialog" aria-label="Choose an emoji">
      <input autoFocus className="select-search" aria-label="Search emoji" placeholder="Search emoji" value={query} onChange={(event) => setQuery(event.target.value)} onKeyDown={enter} />
      <div className="emoji-grid">
        {found.map((name) => (
          <button key={name} type="button" aria-label={name} title={`:${name}:`} onClick={() => onPick(name)}>{emojiChar(name)}</button>
        ))}
        {!found.length && <div className="menu-empty">No emoji of that name</div>}
      </div>
    </Popover>
  );
}
