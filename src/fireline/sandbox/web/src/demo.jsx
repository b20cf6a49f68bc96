// The rail of a running demo: what to try, and buttons that break and repair things.
import { useEffect, useState } from "react";
import { fetchDemo } from "./api.js";
import { IconButton } from "./icons.jsx";
import { useEnv } from "./env.js";
import { Mrkdwn } from "./mrkdwn.jsx";

const HIDDEN = "sandbox.demo.hidden";
const EVERY_MS = 10_000;

export function DemoRail() {
  const env = useEnv();
  const [panel, setPanel] = useState(null);
  const [hidden, setHidden] = useState(sessionStorage.getItem(HIDDEN) === "yes");
  const [busy, setBusy] = useState("");
  useEffect(() => {
    let live = true;
    const look = async () => {
      const found = await fetchDemo();
      if (live) setPanel((old) => (JSON.stringify(old) === JSON.stringify(found) ? old : found));
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => {
      live = false;
      clearInterval(timer);
    };
  }, []);
  if (!panel) return null;
  const keep = (value) => {
    sessionStorage.setItem(HIDDEN, value ? "yes" : "no");
    setHidden(value);
  };
  if (hidden) return <button type="button" className="demo-tab" onClick={() => keep(false)}>{panel.title || "Demo"}</button>;
  const press = async (button) => {
    setBusy(button.label);
    try {
      const response = await fetch(button.url, { method: button.method || "POST" });
      const text = await response.text();
      let said = "";
      try {
        said = JSON.parse(text).message || "";
      } catch {
        said = "";
      }
      env.toast(response.ok ? said || `${button.label}: done` : `${button.label} failed: ${said || response.status}`, response.ok ? "good" : "bad");
    } catch {
      env.toast(`${button.label} failed: the demo cannot be reached.`);
    }
    setBusy("");
  };
  return (
    <section className="demo" aria-label={panel.title || "Demo"}>
      <div className="demo-text"><strong>{panel.title}</strong> <span><Mrkdwn text={panel.text || ""} env={env} /></span></div>
      <div className="demo-buttons">
        {(panel.buttons || []).map((button) => <button key={button.label} type="button" disabled={busy === button.label} onClick={() => press(button)}>{button.label}</button>)}
      </div>
      <IconButton icon="close" label="Hide the demo panel" onClick={() => keep(true)} size={16} />
    </section>
  );
}
