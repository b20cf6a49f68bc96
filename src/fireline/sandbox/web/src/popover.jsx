// Menus and pickers that float over everything, next to the control that opened them.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

const GAP = 4;
const EDGE = 8;

function place(anchor, box, align) {
  const a = anchor.getBoundingClientRect();
  const below = innerHeight - a.bottom;
  const top = below >= box.height + GAP || below >= a.top ? a.bottom + GAP : a.top - box.height - GAP;
  const left = align === "end" ? a.right - box.width : a.left;
  return {
    top: Math.max(EDGE, Math.min(top, innerHeight - box.height - EDGE)),
    left: Math.max(EDGE, Math.min(left, innerWidth - box.width - EDGE)),
  };
}

export function Popover({ anchor, onClose, align = "start", matchWidth, className = "", children, ...rest }) {
  const box = useRef(null);
  const [spot, setSpot] = useState(null);
  useLayoutEffect(() => {
    if (!anchor.current || !box.current) return undefined;
    const settle = () => anchor.current && box.current && setSpot(place(anchor.current, box.current.getBoundingClientRect(), align));
    settle();
    const watch = new ResizeObserver(settle);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [anchor, align]);
  useEffect(() => {
    const outside = (event) => {
      if (box.current && !box.current.contains(event.target) && !(anchor.current && anchor.current.contains(event.target))) onClose();
    };
    const escape = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      onClose();
    };
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("keydown", escape, true);
    };
  }, [anchor, onClose]);
  const style = { visibility: spot ? "visible" : "hidden", ...(spot || { top: 0, left: 0 }) };
  if (matchWidth && anchor.current) style.minWidth = anchor.current.getBoundingClientRect().width;
  return createPortal(
    <div ref={box} className={`popover ${className}`} style={style} {...rest}>
      {children}
    </div>,
    document.body,
  );
}

/** A menu of actions. `items`: {label, hint, onPick, danger} or {heading}. */
export function Menu({ anchor, label, items, onClose, align }) {
  return (
    <Popover anchor={anchor} onClose={onClose} align={align} className="menu" role="menu" aria-label={label}>
      {items.map((item, i) =>
        item.heading ? (
          <div key={i} className="menu-heading">{item.heading}</div>
        ) : (
          <button key={i} type="button" role="menuitem" className={item.danger ? "menu-item danger" : "menu-item"} onClick={() => { onClose(); item.onPick(); }}>
            <span>{item.label}</span>
            {item.hint && <span className="menu-hint">{item.hint}</span>}
          </button>
        ),
      )}
    </Popover>
  );
}
