// A searchable select with one or many choices (chips), from a list or from the app.
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { Plain } from "./mrkdwn.jsx";
import { Popover } from "./popover.jsx";

const SEARCH_FROM = 8;
const PAUSE_MS = 150;

function useFound(search, choices, query, minQuery) {
  const [answer, setAnswer] = useState({ list: [], note: "" });
  useEffect(() => {
    if (!search) return undefined;
    if (query.length < minQuery) {
      setAnswer({ list: [], note: `Type at least ${minQuery} characters` });
      return undefined;
    }
    let live = true;
    setAnswer((old) => ({ ...old, note: "Searching…" }));
    const timer = setTimeout(async () => {
      const found = await search(query);
      if (live) setAnswer({ list: found.choices || [], note: found.error || "" });
    }, PAUSE_MS);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [search === undefined, query, minQuery]);
  return useMemo(() => {
    if (search) return answer;
    const q = query.trim().toLowerCase();
    const list = q ? choices.filter((c) => `${c.label} ${c.note || ""}`.toLowerCase().includes(q)) : choices;
    return { list, note: "" };
  }, [search, answer, choices, query]);
}

function Options({ id, label, list, note, chosen, active, onPick }) {
  const here = useRef(null);
  useEffect(() => {
    if (here.current) here.current.scrollIntoView({ block: "nearest" });
  }, [active]);
  let group = "";
  return (
    <div id={id} role="listbox" aria-label={label} className="options">
      {list.map((choice, i) => {
        const heading = choice.group && choice.group !== group ? choice.group : "";
        group = choice.group || group;
        const on = chosen.some((c) => c.key === choice.key);
        return (
          <div key={`${choice.key}-${i}`}>
            {heading && <div className="menu-heading">{heading}</div>}
            <div ref={i === active ? here : null} id={`${id}-${i}`} role="option" aria-selected={on} className={i === active ? "option active" : "option"} onPointerDown={(event) => event.preventDefault()} onClick={() => onPick(choice)}>
              <span className="option-text"><Plain text={choice.label} />{choice.note && <span className="menu-hint"><Plain text={choice.note} /></span>}</span>
              {on && <Icon name="check" size={16} />}
            </div>
          </div>
        );
      })}
      {!list.length && <div className="menu-empty">{note || "No results"}</div>}
    </div>
  );
}

export function Select({ label, placeholder, many, limit, choices, search, minQuery, chosen, busy, onChange }) {
  const anchor = useRef(null);
  const input = useRef(null);
  const id = useId();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const { list, note } = useFound(open ? search : undefined, choices, query, minQuery);
  const searchable = Boolean(search) || choices.length >= SEARCH_FROM;

  const show = () => {
    if (busy) return;
    setQuery("");
    setActive(Math.max(0, choices.findIndex((c) => chosen.some((k) => k.key === c.key))));
    setOpen(true);
  };
  const hide = () => setOpen(false);
  const pick = (choice) => {
    const on = chosen.some((c) => c.key === choice.key);
    if (!many) {
      onChange([choice]);
      hide();
    } else if (on) onChange(chosen.filter((c) => c.key !== choice.key));
    else if (!limit || chosen.length < limit) onChange([...chosen, choice]);
  };
  const keys = (event) => {
    if (!open && ["Enter", " ", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      show();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((old) => (list.length ? (old + step + list.length) % list.length : 0));
    } else if (open && event.key === "Enter") {
      event.preventDefault();
      if (list[active]) pick(list[active]);
    } else if (open && event.key === "Tab") hide();
  };
  useEffect(() => {
    if (open && input.current) input.current.focus({ preventScroll: true });
  }, [open]);

  return (
    <>
      <div ref={anchor} role="combobox" tabIndex={0} aria-label={label} aria-expanded={open} aria-haspopup="listbox" aria-controls={id} aria-busy={busy} aria-activedescendant={open ? `${id}-${active}` : undefined} className={open ? "bk-select open" : "bk-select"} onClick={() => (open ? hide() : show())} onKeyDown={keys}>
        <span className="bk-select-value">
          {!chosen.length && <span className="bk-placeholder"><Plain text={placeholder} /></span>}
          {!many && chosen[0] && <Plain text={chosen[0].label} />}
          {many && chosen.map((c) => (
            <span key={c.key} className="chip">
              <Plain text={c.label} />
              <button type="button" aria-label={`Remove ${c.label}`} onClick={(event) => { event.stopPropagation(); onChange(chosen.filter((k) => k.key !== c.key)); }}>×</button>
            </span>
          ))}
        </span>
        {busy ? <span className="spinner" /> : <Icon name="chevron" size={16} />}
      </div>
      {open && (
        <Popover anchor={anchor} onClose={hide} matchWidth className="select-popover">
          {searchable && <input ref={input} className="select-search" aria-label={`Search ${label}`} placeholder="Search" value={query} onChange={(event) => { setQuery(event.target.value); setActive(0); }} onKeyDown={keys} />}
          <Options id={id} label={label} list={list} note={note} chosen={chosen} active={active} onPick={pick} />
        </Popover>
      )}
    </>
  );
}
