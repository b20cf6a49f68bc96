// Talking to the sandbox: snapshots, live signals, and acting as a user.
import { useCallback, useEffect, useRef, useState } from "react";

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, error: "The sandbox cannot be reached." };
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    answer = { ok: response.ok };
  }
  if (!response.ok && answer.ok !== false) answer = { ...answer, ok: false };
  return answer;
}

export const act = (name, body) => post(`/_act/${name}`, body);
export const markRead = (user, channel, ts) => post("/_page/read", { user, channel, ts });
export const dismiss = (user, ts) => post("/_page/dismiss", { user, ts });
export const fileUrl = (file, user) => `/_page/file/${file.id}?user=${encodeURIComponent(user)}`;

export async function fetchDemo() {
  try {
    const response = await fetch("/_page/demo");
    return (await response.json()).panel || null;
  } catch {
    return null;
  }
}

/** What to tell the user about an answer, or an empty string when all went well. */
export function complaint(answer, what) {
  if (answer.error_shown) return answer.error_shown;
  if (answer.ok !== false) return "";
  const reason = answer.detail || answer.error || "no reason given";
  return reason.startsWith(what) ? `${reason}.` : `${what} was refused: ${reason}`;
}

/** The snapshot of one user, kept fresh by the live signals. */
export function useSnapshot(user) {
  const [snap, setSnap] = useState(null);
  const [lost, setLost] = useState(false);
  const state = useRef({ busy: false, again: false, user });
  state.current.user = user;

  const load = useCallback(async () => {
    const s = state.current;
    if (s.busy) {
      s.again = true;
      return;
    }
    s.busy = true;
    do {
      s.again = false;
      try {
        const wanted = s.user;
        const query = wanted ? `?user=${encodeURIComponent(wanted)}` : "";
        let response = await fetch(`/_page/snapshot${query}`);
        if (response.status === 404 && wanted) response = await fetch("/_page/snapshot");
        const next = await response.json();
        if (s.user === wanted && next.ok) {
          setSnap((old) => (old && old.version === next.version && old.me === next.me ? old : reuse(old, next)));
          setLost(false);
        }
      } catch {
        setLost(true);
      }
      if (s.again) await new Promise((done) => setTimeout(done, 40));
    } while (s.again);
    s.busy = false;
  }, []);

  useEffect(() => {
    load();
  }, [user, load]);

  useEffect(() => {
    const source = new EventSource("/_page/live");
    source.onmessage = load;
    source.onerror = () => setLost(true);
    return () => source.close();
  }, [load]);

  return { snap, lost, reload: load };
}

// Unchanged messages keep their identity, so that React leaves their drawing alone.
function reuse(old, next) {
  if (!old || old.me !== next.me) return next;
  const before = new Map(old.channels.map((c) => [c.id, c]));
  for (const channel of next.channels) {
    const prior = before.get(channel.id);
    if (!prior) continue;
    const known = new Map(prior.messages.map((m) => [m.ts, m]));
    channel.messages = channel.messages.map((m) => {
      const same = known.get(m.ts);
      return same && JSON.stringify(same) === JSON.stringify(m) ? same : m;
    });
  }
  for (const key of ["users", "views", "apps", "usergroups"])
    if (JSON.stringify(old[key]) === JSON.stringify(next[key])) next[key] = old[key];
  return next;
}
