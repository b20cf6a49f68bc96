// An app's Home tab.
import { useEffect, useState } from "react";
import { act, complaint } from "./api.js";
import { AppTabs } from "./apptabs.jsx";
import { Blocks } from "./blocks.jsx";
import { useEnv } from "./env.js";
import { Icon, IconButton } from "./icons.jsx";
import { Avatar } from "./message.jsx";
import { useSurface } from "./surface.js";

function HomeBlocks({ view }) {
  const io = useSurface(view.blocks, { view_id: view.id }, view.state);
  return <Blocks blocks={view.blocks} io={io} />;
}

function About({ app, env }) {
  const commands = app.commands;
  const shortcuts = app.shortcuts;
  const run = async (entry) => {
    const problem = complaint(await act("shortcut", { user: env.me, app_id: app.id, callback_id: entry.callback_id }), entry.name);
    if (problem) env.toast(problem);
  };
  return (
    <div className="about">
      <h3>Commands</h3>
      {commands.map((c) => (
        <div key={c.command} className="about-row"><code>{c.command} {c.usage_hint}</code><span>{c.description}</span></div>
      ))}
      {!commands.length && <p className="quiet">This app has no slash commands.</p>}
      {shortcuts.length > 0 && <h3>Shortcuts</h3>}
      {shortcuts.map((s) => (
        <div key={s.callback_id} className="about-row">
          {s.type === "global" ? <button type="button" className="bk-button" onClick={() => run(s)}>{s.name}</button> : <strong>{s.name}</strong>}
          <span>{s.description}{s.type !== "global" && " (in a message's “More actions” menu)"}</span>
        </div>
      ))}
    </div>
  );
}

export function Home({ app, direct, onMenu, onOpen }) {
  const env = useEnv();
  const [tab, setTab] = useState("home");
  useEffect(() => {
    let live = true;
    act("home_opened", { user: env.me, app_id: app.id, tab: "home" }).then((answer) => {
      const problem = complaint(answer, `${app.name}'s Home`);
      if (problem && live) env.toast(problem);
    });
    return () => {
      live = false;
    };
  }, [app.id, env.me]);
  const bot = env.userOf(app.bot_user_id);
  return (
    <main className="channel" aria-label={`${app.name} app home`}>
      <header className="head">
        <IconButton icon="menu" label="Open sidebar" className="only-phone" onClick={onMenu} />
        <Avatar who={{ label: app.name, colour: bot ? bot.colour : "#7c5cc4", isApp: true }} size={30} />
        <div className="head-names"><h2><span>{app.name}</span> <span className="badge">APP</span></h2></div>
      </header>
      <AppTabs app={app} direct={direct} tab={tab} onTab={setTab} onOpen={onOpen} />
      <div className="home-scroll" role="tabpanel" aria-label={tab === "home" ? "Home" : "About"}>
        <div className="home-inner">
          {tab === "about" && <About app={app} env={env} />}
          {tab === "home" && app.home && <HomeBlocks key={app.home.id} view={app.home} />}
          {tab === "home" && !app.home && <div className="empty"><Icon name="home" size={34} /><p>{app.name} has not published its Home for you yet.</p></div>}
        </div>
      </div>
    </main>
  );
}
