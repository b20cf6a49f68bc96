// The user's open modal, the confirm dialog, the enlarged picture or file.
import { useEffect, useRef, useState } from "react";
import { act, complaint, fileUrl } from "./api.js";
import { Blocks } from "./blocks.jsx";
import { useEnv } from "./env.js";
import { Preview } from "./files.jsx";
import { Icon, IconButton } from "./icons.jsx";
import { Plain, TextObject } from "./mrkdwn.jsx";
import { elementsOf, useSurface } from "./surface.js";

const textOf = (object, otherwise) => (object && object.text) || otherwise;

const FOCUS_ORDER = [".dialog-body input, .dialog-body textarea, .dialog-body [role=combobox], .switcher > input, input", ".primary, .solid", "button"];

/** A layer over the page that keeps the keyboard inside and closes on Escape. */
export function Layer({ label, onClose, className = "", children, role = "dialog" }) {
  const box = useRef(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const before = document.activeElement;
    const first = FOCUS_ORDER.map((wanted) => box.current.querySelector(wanted)).find(Boolean);
    (first || box.current).focus({ preventScroll: true });
    return () => before && before.focus && before.focus({ preventScroll: true });
  }, []);
  const keys = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close.current();
    } else if (event.key === "Tab") {
      const all = [...box.current.querySelectorAll("a[href], button:not(:disabled), input, textarea, [tabindex='0']")];
      const edge = event.shiftKey ? all[0] : all[all.length - 1];
      if (document.activeElement !== edge || !all.length) return;
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0]).focus();
    }
  };
  return (
    <div className="layer" onPointerDown={(event) => event.target === event.currentTarget && className !== "view" && onClose()} onKeyDown={keys}>
      <div ref={box} className={`dialog ${className}`} role={role} aria-modal="true" aria-label={label} tabIndex={-1}>{children}</div>
    </div>
  );
}

const isEmpty = (value) => {
  const held = Object.entries(value).filter(([key]) => key !== "type").map(([, v]) => v);
  return held.every((v) => v === null || v === undefined || v === "" || (Array.isArray(v) && !v.length));
};

/** What Slack's own client refuses before it tells the app. */
function ownErrors(view, io) {
  const errors = {};
  for (const { block, element, isInput } of elementsOf(view.blocks)) {
    if (!isInput) continue;
    const value = io.value(block.block_id, element);
    if (isEmpty(value)) {
      if (!block.optional) errors[block.block_id] = "Please complete this required field.";
    } else if (element.min_length && (value.value || "").length < element.min_length) errors[block.block_id] = `Please write at least ${element.min_length} characters.`;
    else if (element.type === "number_input" && !/^-?\d+(\.\d+)?$/.test(value.value)) errors[block.block_id] = "Please enter a number.";
  }
  return errors;
}

function inputValues(view, io) {
  const wanted = new Set(elementsOf(view.blocks).map(({ block }) => block.block_id));
  return Object.fromEntries(Object.entries(io.values()).filter(([blockId]) => wanted.has(blockId)));
}

export function ViewModal({ view, depth }) {
  const env = useEnv();
  const io = useSurface(view.blocks, { view_id: view.id }, view.state);
  const [errors, setErrors] = useState({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const body = useRef(null);
  useEffect(() => {
    setErrors({});
    setProblem("");
  }, [view.hash]);
  const app = env.apps.find((a) => a.id === view.app_id);
  const close = async (all) => {
    const bad = complaint(await act("close", { user: env.me, view_id: view.id, clear: all }), "Closing");
    if (bad) env.toast(bad);
  };
  const submit = async () => {
    const own = ownErrors(view, io);
    setErrors(own);
    setProblem("");
    if (Object.keys(own).length) {
      requestAnimationFrame(() => body.current.querySelector(".has-error")?.scrollIntoView({ block: "nearest" }));
      return;
    }
    setBusy(true);
    const answer = await act("submit", { user: env.me, view_id: view.id, values: inputValues(view, io) });
    setBusy(false);
    if (answer.errors) {
      setErrors(answer.errors);
      requestAnimationFrame(() => body.current?.querySelector(".has-error")?.scrollIntoView({ block: "nearest" }));
      return;
    }
    setProblem(complaint(answer, "The form"));
  };
  const title = textOf(view.title, app ? app.name : "");
  return (
    <Layer label={title} className="view" onClose={() => close(depth < 2)}>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }} noValidate>
        <header className="dialog-head">
          {depth > 1 && <IconButton icon="back" label="Back" onClick={() => close(false)} />}
          <h2><Plain text={title} /></h2>
          <IconButton icon="close" label="Close" onClick={() => close(true)} />
        </header>
        <div className="dialog-body" ref={body}>
          <Blocks blocks={view.blocks} io={io} errors={errors} />
          {problem && <div className="bk-error whole" role="alert">{problem}</div>}
        </div>
        <footer className="dialog-foot">
          <span className="dialog-app">{app && app.name}</span>
          <button type="button" className="bk-button" onClick={() => close(false)}><Plain text={textOf(view.close, "Cancel")} /></button>
          {view.submit && (
            <button type="submit" className="bk-button primary" disabled={busy} aria-busy={busy}>
              <span className={busy ? "hidden-text" : undefined}><Plain text={view.submit.text} /></span>
              {busy && <span className="spinner" aria-hidden="true" />}
            </button>
          )}
        </footer>
      </form>
    </Layer>
  );
}

export function ConfirmDialog({ asked, onAnswer }) {
  const env = useEnv();
  return (
    <Layer label={asked.label || "Please confirm"} className="confirm" role="alertdialog" onClose={() => onAnswer(false)}>
      <header className="dialog-head"><h2><Plain text={asked.title} /></h2><IconButton icon="close" label="Close" onClick={() => onAnswer(false)} /></header>
      <div className="dialog-body"><TextObject text={asked.text} env={env} /></div>
      <footer className="dialog-foot">
        <button type="button" className="bk-button" onClick={() => onAnswer(false)}><Plain text={asked.no} /></button>
        <button type="button" className={`bk-button ${asked.danger ? "danger" : "primary"} solid`} onClick={() => onAnswer(true)}><Plain text={asked.yes} /></button>
      </footer>
    </Layer>
  );
}

export function Enlarged({ shown, onClose }) {
  const env = useEnv();
  if (shown.file) {
    const { file } = shown;
    return (
      <Layer label={file.title || file.name} className="reader" onClose={onClose}>
        <header className="dialog-head">
          <Icon name="file" /><h2>{file.title || file.name}</h2>
          <a className="icon-button" aria-label="Download" href={fileUrl(file, env.me)} download={file.name}><Icon name="download" /></a>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        <div className="dialog-body"><Preview file={file} /></div>
      </Layer>
    );
  }
  return (
    <Layer label={shown.alt || "Picture"} className="picture" onClose={onClose}>
      <IconButton icon="close" label="Close" className="floating" onClick={onClose} />
      <img src={shown.src} alt={shown.alt} />
    </Layer>
  );
}
