/** The tabs of an app: its Home, its direct messages, what it can do. */
export function AppTabs({ app, direct, tab, onTab, onOpen }) {
  const choices = [["home", "Home"], ...(direct ? [["messages", "Messages"]] : []), ["about", "About"]];
  const pick = (key) => {
    if (key === "messages") onOpen({ channel: direct.id });
    else if (onTab) onTab(key);
    else onOpen({ home: app.id });
  };
  return (
    <div className="tabs" role="tablist" aria-label={app.name}>
      {choices.filter(([key]) => onTab || key !== "about").map(([key, label]) => (
        <button key={key} type="button" role="tab" aria-selected={tab === key} onClick={() => pick(key)}>
          {label}
          {key === "messages" && direct.unread > 0 && tab !== "messages" && <span className="count">{direct.unread}</span>}
        </button>
      ))}
    </div>
  );
}
