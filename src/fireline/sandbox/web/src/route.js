// The place shown, kept in the URL: #/C123, #/C123/1700000000.000100, #/home/A1, with ?user=U1.
import { useCallback, useEffect, useState } from "react";

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const user = new URLSearchParams(query || "").get("user") || new URLSearchParams(location.search).get("user");
  if (parts[0] === "home") return { home: parts[1] || "", channel: "", ts: "", user };
  return { home: "", channel: parts[0] || "", ts: parts[1] || "", user };
}

export const linkTo = (channel, ts) => `#/${channel}${ts ? `/${ts}` : ""}`;

export function useRoute() {
  const [route, setRoute] = useState(parse);
  useEffect(() => {
    const heard = () => setRoute((old) => ({ ...parse(), user: parse().user || old.user }));
    addEventListener("hashchange", heard);
    return () => removeEventListener("hashchange", heard);
  }, []);
  const go = useCallback((next, user) => {
    const path = next.home ? `#/home/${next.home}` : linkTo(next.channel, next.ts);
    location.hash = user ? `${path}?user=${user}` : path;
  }, []);
  return [route, go];
}
