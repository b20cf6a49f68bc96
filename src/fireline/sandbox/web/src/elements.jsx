// Interactive Block Kit elements. `io` is the surface's way in and out:
//   io.value(blockId, element) / io.set(blockId, element, value): what the user chose so far
//   io.fire(blockId, element, value): tell the app now; io.busy(blockId, element): waiting for it
//   io.options(blockId, element, query): choices of an external select
import { useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { Plain, TextObject, plainOf } from "./mrkdwn.jsx";
import { Menu } from "./popover.jsx";
import { Select } from "./select.jsx";
import { fromLocalInput, localInput } from "./time.js";
import { useEnv } from "./env.js";

const textOf = (object) => (object && object.text) || "";
const sameOption = (a, b) => Boolean(a && b && a.value === b.value);

/** The accessible name of an element: its own label, its placeholder, or what stands beside it. */
const nameOf = (element, label) => element.accessibility_label || label || textOf(element.placeholder) || element.action_id;

function Button({ element, blockId, io }) {
  const busy = io.busy(blockId, element);
  const look = element.style ? `bk-button ${element.style}` : "bk-button";
  const press = () => {
    if (element.url) window.open(element.url, "_blank", "noopener");
    io.fire(blockId, element, { value: element.value });
  };
  return (
    <button type="button" className={look} disabled={busy} aria-busy={busy} aria-label={element.accessibility_label} onClick={press}>
      <span className={busy ? "hidden-text" : undefined}><Plain text={textOf(element.text)} /></span>
      {busy && <span className="spinner" aria-hidden="true" />}
    </button>
  );
}

function Overflow({ element, blockId, io }) {
  const anchor = useRef(null);
  const [open, setOpen] = useState(false);
  const items = element.options.map((option) => ({
    label: <Plain text={textOf(option.text)} />,
    hint: textOf(option.description),
    onPick: () => {
      if (option.url) window.open(option.url, "_blank", "noopener");
      io.fire(blockId, element, { selected_option: option });
    },
  }));
  return (
    <>
      <button ref={anchor} type="button" className="bk-button overflow" aria-label={nameOf(element, "More options")} aria-haspopup="menu" aria-expanded={open} disabled={io.busy(blockId, element)} onClick={() => setOpen(!open)}>
        <Icon name="more" />
      </button>
      {open && <Menu anchor={anchor} label="More options" items={items} onClose={() => setOpen(false)} align="end" />}
    </>
  );
}

function Choices({ element, blockId, io, label, many }) {
  const env = useEnv();
  const group = `${blockId}-${element.action_id}-${io.scope}`;
  const value = io.value(blockId, element);
  const chosen = many ? (value && value.selected_options) || [] : [value && value.selected_option].filter(Boolean);
  const pick = (option, on) => {
    const next = many
      ? { selected_options: element.options.filter((o) => (sameOption(o, option) ? on : chosen.some((c) => sameOption(c, o)))) }
      : { selected_option: option };
    io.change(blockId, element, next);
  };
  return (
    <div className="bk-choices" role={many ? "group" : "radiogroup"} aria-label={nameOf(element, label)}>
      {element.options.map((option) => (
        <label key={option.value} className="bk-choice">
          <input type={many ? "checkbox" : "radio"} name={group} checked={chosen.some((c) => sameOption(c, option))} onChange={(event) => pick(option, event.target.checked)} />
          <span>
            <TextObject text={option.text} env={env} />
            {option.description && <span className="bk-choice-note"><TextObject text={option.description} env={env} /></span>}
          </span>
        </label>
      ))}
    </div>
  );
}

const NATIVE = {
  datepicker: ["date", "selected_date", "initial_date"],
  timepicker: ["time", "selected_time", "initial_time"],
};

function Picker({ element, blockId, io, label }) {
  const [type, field] = NATIVE[element.type];
  const value = io.value(blockId, element);
  return (
    <input className="bk-field short" type={type} aria-label={nameOf(element, label)} value={(value && value[field]) || ""} onChange={(event) => io.change(blockId, element, { [field]: event.target.value || null })} />
  );
}

function DateTimePicker({ element, blockId, io, label }) {
  const env = useEnv();
  const value = io.value(blockId, element);
  const shown = value && value.selected_date_time ? localInput(value.selected_date_time, env.zone) : "";
  return (
    <span className="bk-datetime">
      <input className="bk-field short" type="datetime-local" aria-label={nameOf(element, label)} value={shown} onChange={(event) => io.change(blockId, element, { selected_date_time: fromLocalInput(event.target.value, env.zone) })} />
      <span className="bk-zone">{env.zone}</span>
    </span>
  );
}

const INPUT_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "text" };

function TextInput({ element, blockId, io, label, describedBy, invalid }) {
  const value = io.value(blockId, element);
  const common = {
    className: "bk-field",
    "aria-label": nameOf(element, label),
    "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined,
    placeholder: textOf(element.placeholder),
    maxLength: element.max_length,
    autoFocus: element.focus_on_load,
    value: (value && value.value) || "",
    onChange: (event) => io.set(blockId, element, { value: event.target.value || null }),
  };
  const send = (event) => {
    if (event.key !== "Enter" || event.shiftKey || element.multiline || !io.dispatches(blockId)) return;
    event.preventDefault();
    io.fire(blockId, element, { value: event.target.value });
  };
  if (element.multiline) return <textarea rows={4} {...common} />;
  return <input type={INPUT_TYPES[element.type] || "text"} inputMode={element.type === "number_input" ? "decimal" : undefined} onKeyDown={send} {...common} />;
}

/** Options of any select: {key, label, note, raw}; `raw` is what the app is told. */
function choicesOf(element, env) {
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "users_select")
    return env.people.filter((u) => !u.deleted).map((u) => ({ key: u.id, label: u.label, note: u.name, raw: u.id }));
  if (kind === "channels_select" || kind === "conversations_select")
    return env.reachable().map((c) => ({ key: c.id, label: c.label, note: "", raw: c.id }));
  const read = (option) => ({ key: option.value, label: textOf(option.text), note: textOf(option.description), raw: option });
  if (element.option_groups)
    return element.option_groups.flatMap((g) => g.options.map((o) => ({ ...read(o), group: textOf(g.label) })));
  return (element.options || []).map(read);
}

const FIELDS = {
  static_select: ["selected_option", "selected_options"],
  external_select: ["selected_option", "selected_options"],
  users_select: ["selected_user", "selected_users"],
  channels_select: ["selected_channel", "selected_channels"],
  conversations_select: ["selected_conversation", "selected_conversations"],
};

function SelectElement({ element, blockId, io, label }) {
  const env = useEnv();
  const many = element.type.startsWith("multi_");
  const kind = element.type.replace(/^multi_/, "");
  const field = FIELDS[kind][many ? 1 : 0];
  const value = io.value(blockId, element);
  const held = value && value[field];
  const list = many ? held || [] : held ? [held] : [];
  const known = choicesOf(element, env);
  const show = (raw) =>
    typeof raw === "string"
      ? known.find((c) => c.raw === raw) || { key: raw, label: raw, raw }
      : { key: raw.value, label: textOf(raw.text), raw };
  const search = kind === "external_select" ? (query) => io.options(blockId, element, query) : undefined;
  return (
    <Select
      label={nameOf(element, label)}
      placeholder={textOf(element.placeholder) || "Select an option"}
      many={many}
      limit={element.max_selected_items}
      choices={known}
      search={search}
      minQuery={element.min_query_length ?? 3}
      chosen={list.map(show)}
      busy={io.busy(blockId, element)}
      onChange={(picked) => io.change(blockId, element, { [field]: many ? picked.map((p) => p.raw) : picked.length ? picked[0].raw : null })}
    />
  );
}

function FeedbackButtons({ element, blockId, io }) {
  return ["positive_button", "negative_button"].map((key) => element[key] && (
    <button key={key} type="button" className="bk-button" onClick={() => io.fire(blockId, element, { value: element[key].value })}>
      <Plain text={textOf(element[key].text)} />
    </button>
  ));
}

const KINDS = {
  button: Button,
  workflow_button: Button,
  overflow: Overflow,
  radio_buttons: Choices,
  datepicker: Picker,
  timepicker: Picker,
  datetimepicker: DateTimePicker,
  plain_text_input: TextInput,
  email_text_input: TextInput,
  url_text_input: TextInput,
  number_input: TextInput,
  feedback_buttons: FeedbackButtons,
};

/** Draws any interactive element; `label` is the label of its input block. */
export function Element(props) {
  const { type } = props.element;
  if (type === "checkboxes") return <Choices {...props} many />;
  if (/select$/.test(type)) return <SelectElement {...props} />;
  const Kind = KINDS[type];
  if (!Kind) return <span className="bk-unknown">Not drawn: element {type}</span>;
  return <Kind {...props} />;
}

/** What an element holds before anybody touches it, in the shape of `state.values`. */
export function initialValue(element) {
  const start = { type: element.type };
  const kind = element.type.replace(/^multi_/, "");
  const many = element.type.startsWith("multi_");
  if (FIELDS[kind]) {
    const field = FIELDS[kind][many ? 1 : 0];
    const found = element[field.replace("selected", "initial")];
    return { ...start, [field]: found ?? (many ? [] : null) };
  }
  if (element.type === "checkboxes") return { ...start, selected_options: element.initial_options || [] };
  if (element.type === "radio_buttons") return { ...start, selected_option: element.initial_option || null };
  if (NATIVE[element.type]) return { ...start, [NATIVE[element.type][1]]: element[NATIVE[element.type][2]] || null };
  if (element.type === "datetimepicker") return { ...start, selected_date_time: element.initial_date_time || null };
  return { ...start, value: element.initial_value || null };
}

/** The confirm dialog an element asks for, if any. */
export const confirmOf = (element, env) => element.confirm && {
  title: textOf(element.confirm.title),
  text: element.confirm.text,
  yes: textOf(element.confirm.confirm) || "Yes",
  no: textOf(element.confirm.deny) || "Cancel",
  danger: element.confirm.style === "danger",
  label: plainOf(textOf(element.confirm.title), env),
};
