// The whole page: who is looking, where, and everything that floats above.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSnapshot } from "./api.js";
import { ChannelView, Thread } from "./channel.jsx";
import { DemoRail } from "./demo.jsx";
import { Env, titleOf, useMadeEnv } from "./env.js";
import { Home } from "./home.jsx";
import { Icon, IconButton } from "./icons.jsx";
import { ConfirmDialog, Enlarged, ViewModal } from "./modal.jsx";
import { useRoute } from "./route.js";
import { Rail, Sidebar } from "./sidebar.jsx";
import { Switcher } from "./switcher.jsx";

const TOAST_MS = 6000;
const USER = "sandbox.user";
const THEME = "sandbox.theme";

function useTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = useState(localStorage.getItem(THEME));
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const heard = (event) => setDark(event.matches);
    system.addEventListener("change", heard);
    return () => system.removeEventListener("change", heard);
  }, []);
  const theme = chosen || (dark ? "dark" : "light");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const toggle = useCallback(() => {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem(THEME, next);
    setChosen(next);
  }, [theme]);
  return [theme, toggle];
}

function useToasts() {
  const [toasts, setToasts] = useState([]);
  const count = useRef(0);
  const drop = useCallback((id) => setToasts((old) => old.filter((t) => t.id !== id)), []);
  const toast = useCallback((text, kind = "bad") => {
    count.current += 1;
    const id = count.current;
    setToasts((old) => [...old.filter((t) => t.text !== text), { id, text, kind }].slice(-3));
    setTimeout(() => drop(id), TOAST_MS);
  }, [drop]);
  return { toasts, toast, drop };
}

function firstPlace(snap) {
  const mine = snap.channels.filter((c) => c.is_member && !c.is_archived && c.kind !== "im");
  return (mine.find((c) => c.name === "general") || mine[0] || snap.channels[0] || { id: "" }).id;
}

function Workspace({ snap, route, go, user, theme, onTheme, toasts, toast, lost }) {
  const [drawer, setDrawer] = useState(false);
  const [switching, setSwitching] = useState(false);
  const [asked, setAsked] = useState(null);
  const [shown, setShown] = useState(null);
  const latest = useRef(snap);
  latest.current = snap;

  const open = useCallback((place) => {
    setDrawer(false);
    go(place);
  }, [go]);
  const extra = useMemo(() => ({
    toast,
    enlarge: setShown,
    openFile: (file) => setShown({ file }),
    openThread: (message) => go({ channel: message.channel, ts: message.thread_ts || message.ts }),
    confirm: (question) => new Promise((done) => setAsked({ ...question, done })),
    reachable: () => {
      const now = latest.current;
      return now.channels.filter((c) => !c.is_archived && (c.kind === "channel" || c.kind === "group")).map((c) => ({ id: c.id, name: c.name, label: `#${c.name}`, topic: c.topic }));
    },
  }), [toast, go]);
  const env = useMadeEnv(snap, theme, extra);

  const app = route.home && snap.apps.find((a) => a.id === route.home);
  const wanted = snap.channels.find((c) => c.id === route.channel);
  const channel = app ? null : wanted || snap.channels.find((c) => c.id === firstPlace(snap));
  const target = channel && channel.id === route.channel && route.ts ? channel.messages.find((m) => m.ts === route.ts) : null;
  const parent = target && target.thread_ts && target.thread_ts !== target.ts ? target.thread_ts : route.ts;
  const modals = snap.views.filter((v) => v.type === "modal");
  const view = modals[modals.length - 1];
  const title = app ? app.name : channel ? titleOf(channel, env) : "";
  const unread = snap.channels.reduce((sum, c) => sum + c.mentions, 0);

  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ""}${title} · ${snap.team.name}`;
  }, [title, unread, snap.team.name]);
  useEffect(() => {
    const keys = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSwitching(true);
      } else if (event.key === "Escape" && !event.defaultPrevented) {
        if (drawer) setDrawer(false);
        else if (target && channel) go({ channel: channel.id });
      }
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, [drawer, target, channel, go]);

  const direct = app && snap.channels.find((c) => c.kind === "im" && c.members.includes(app.bot_user_id));
  const owner = channel && channel.kind === "im" && snap.apps.find((a) => channel.members.includes(a.bot_user_id));
  return (
    <Env.Provider value={env}>
      <div className={drawer ? "page drawer-open" : "page"}>
        <DemoRail />
        {lost && <div className="lost" role="status">The sandbox does not answer. Trying again…</div>}
        <div className="frame">
          <div className="side">
            <Rail snap={snap} theme={theme} onTheme={onTheme} onSwitcher={() => setSwitching(true)} onUser={user} />
            <Sidebar snap={snap} route={{ ...route, channel: channel ? channel.id : "" }} onOpen={open} onUser={user} />
          </div>
          {drawer && <button type="button" className="scrim" aria-label="Close sidebar" onClick={() => setDrawer(false)} />}
          <div className={target ? "stage with-thread" : "stage"}>
            {app && <Home key={`${app.id}${snap.me}`} app={app} direct={direct} onMenu={() => setDrawer(true)} onOpen={open} />}
            {channel && <ChannelView key={`${channel.id}${snap.me}`} channel={channel} app={owner} marked={route.channel === channel.id ? parent : ""} onMenu={() => setDrawer(true)} onOpen={open} />}
            {target && <Thread key={parent} channel={channel} ts={parent} onClose={() => go({ channel: channel.id })} />}
            {!app && !channel && <main className="empty"><p>This workspace has no channel that you can see.</p></main>}
          </div>
        </div>
        {switching && <Switcher snap={snap} onOpen={open} onClose={() => setSwitching(false)} />}
        {view && <ViewModal key={view.id} view={view} depth={modals.length} />}
        {asked && <ConfirmDialog asked={asked} onAnswer={(yes) => { asked.done(yes); setAsked(null); }} />}
        {shown && <Enlarged shown={shown} onClose={() => setShown(null)} />}
        <div className="toasts" role="status" aria-live="polite">
          {toasts.toasts.map((t) => (
            <div key={t.id} className={`toast ${t.kind}`}>
              <Icon name={t.kind === "good" ? "check" : "bolt"} size={16} /><span>{t.text}</span>
              <IconButton icon="close" label="Dismiss notice" size={14} onClick={() => toasts.drop(t.id)} />
            </div>
          ))}
        </div>
      </div>
    </Env.Provider>
  );
}

export function App() {
  const [route, go] = useRoute();
  const [picked, setPicked] = useState(sessionStorage.getItem(USER) || "");
  const asked = route.user || picked;
  const [theme, onTheme] = useTheme();
  const toasts = useToasts();
  const { snap, lost } = useSnapshot(asked);
  const user = useCallback((id) => {
    sessionStorage.setItem(USER, id);
    setPicked(id);
    go({ channel: route.channel, home: route.home }, id);
  }, [go, route.channel, route.home]);
  if (!snap) return <p className="loading">{lost ? "The sandbox does not answer. Trying again…" : "Opening the workspace…"}</p>;
  return <Workspace snap={snap} route={route} go={go} user={user} theme={theme} onTheme={onTheme} toasts={toasts} toast={toasts.toast} lost={lost} />;
}
