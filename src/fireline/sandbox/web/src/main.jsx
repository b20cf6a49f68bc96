import { createRoot } from "react-dom/client";
import "slack-blocks-to-jsx/dist/style.css";
import "./css/base.css";
import "./css/layout.css";
import "./css/message.css";
import "./css/blocks.css";
import "./css/overlay.css";
import { App } from "./app.jsx";

createRoot(document.getElementById("root")).render(<App />);
