// The state of one message or view while a user works with its elements.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { act, complaint } from "./api.js";
import { confirmOf, initialValue } from "./elements.jsx";
import { useEnv } from "./env.js";

const SLOW_MS = 10_000;
const keyOf = (blockId, element) => `${blockId}\u0000${element.action_id}`;

/** Every interactive element of some blocks: {block, element, isInput}. */
export function elementsOf(blocks) {
  const found = [];
  for (const block of blocks || []) {
    if (block.type === "input" && block.element) found.push({ block, element: block.element, isInput: true });
    if (block.type === "section" && block.accessory && block.accessory.action_id) found.push({ block, element: block.accessory });
    if (block.type === "actions") for (const element of block.elements || []) found.push({ block, element });
  }
  return found;
}

/**
 * The `io` of elements.jsx. `target` is {channel, ts} or {view_id}; `state` what the sandbox
 * already holds for a view.
 */
export function useSurface(blocks, target, state) {
  const env = useEnv();
  const [values, setValues] = useState({});
  const [busy, setBusy] = useState({});
  const latest = useRef({});
  latest.current = { values, blocks, target };
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const read = useCallback(
    (blockId, element) => {
      const held = latest.current.values[keyOf(blockId, element)];
      if (held && held.type === element.type) return held;
      const stored = state && state[blockId] && state[blockId][element.action_id];
      return stored && stored.type === element.type ? stored : initialValue(element);
    },
    [state],
  );

  const collected = useCallback(() => {
    const all = {};
    for (const { block, element } of elementsOf(latest.current.blocks)) {
      if (["button", "overflow", "workflow_button"].includes(element.type)) continue;
      (all[block.block_id] ||= {})[element.action_id] = read(block.block_id, element);
    }
    return all;
  }, [read]);

  return useMemo(() => {
    const set = (blockId, element, value) => {
      const whole = { ...read(blockId, element), ...value, type: element.type };
      latest.current.values = { ...latest.current.values, [keyOf(blockId, element)]: whole };
      setValues((old) => ({ ...old, [keyOf(blockId, element)]: whole }));
    };
    const send = async (blockId, element, value) => {
      const key = keyOf(blockId, element);
      setBusy((old) => ({ ...old, [key]: true }));
      const release = () => alive.current && setBusy((old) => ({ ...old, [key]: false }));
      const timer = setTimeout(release, SLOW_MS);
      const answer = await act("click", {
        user: env.me,
        ...latest.current.target,
        block_id: blockId,
        action_id: element.action_id,
        ...value,
      });
      clearTimeout(timer);
      release();
      const problem = complaint(answer, "This action");
      if (problem) env.toast(problem);
    };
    const fire = async (blockId, element, value) => {
      const confirm = confirmOf(element, env);
      if (confirm && !(await env.confirm(confirm))) return;
      await send(blockId, element, value);
    };
    const holder = (blockId) => (latest.current.blocks || []).find((b) => b.block_id === blockId);
    const dispatches = (blockId) => {
      const block = holder(blockId);
      return !block || block.type !== "input" || Boolean(block.dispatch_action);
    };
    return {
      scope: target.view_id || target.ts || "home",
      value: read,
      values: collected,
      set,
      fire,
      dispatches,
      busy: (blockId, element) => Boolean(busy[keyOf(blockId, element)]),
      change: (blockId, element, value) => {
        set(blockId, element, value);
        if (dispatches(blockId)) fire(blockId, element, value);
      },
      options: async (blockId, element, query) => {
        const answer = await act("options", { user: env.me, ...latest.current.target, block_id: blockId, action_id: element.action_id, query });
        const problem = complaint(answer, "The search");
        if (problem) return { error: problem };
        const grouped = (answer.option_groups || []).flatMap((g) => g.options.map((o) => [g.label.text, o]));
        const flat = [...(answer.options || []).map((o) => ["", o]), ...grouped];
        return { choices: flat.map(([group, o]) => ({ key: o.value, label: o.text.text, note: o.description && o.description.text, group, raw: o })) };
      },
    };
  }, [values, busy, env, read, collected, target.view_id, target.ts, target.channel]);
}
