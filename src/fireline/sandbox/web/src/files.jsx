// Files in messages: pictures in place, text and Markdown with a preview, the rest as a card.
import { useState } from "react";
import { Message as LibraryBlocks } from "slack-blocks-to-jsx";
import { fileUrl } from "./api.js";
import { Picture } from "./blocks.jsx";
import { useEnv } from "./env.js";
import { Icon } from "./icons.jsx";

const sizeText = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1048576).toFixed(1)} MB`);
const isMarkdown = (file) => file.is_canvas || /markdown/.test(file.mimetype) || /\.md$/i.test(file.name);

export function Preview({ file }) {
  const env = useEnv();
  if (!isMarkdown(file)) return <pre className="file-text">{file.preview}</pre>;
  return (
    <div className="bk-library file-markdown">
      <LibraryBlocks blocks={[{ type: "markdown", text: file.preview }]} withoutWrapper logo="" name="" data={env.data} theme={env.theme} />
    </div>
  );
}

function TextFile({ file, env, url }) {
  const [open, setOpen] = useState(true);
  const title = file.title || file.name;
  return (
    <div className="file-card wide">
      <div className="file-head">
        <span className="file-mark"><Icon name="file" /></span>
        <span className="file-names">
          <strong>{title}</strong>
          <span>{file.is_canvas ? "Canvas" : isMarkdown(file) ? "Markdown" : file.mimetype} · {sizeText(file.size || file.preview.length)}</span>
        </span>
        <button type="button" className="icon-button" aria-label={`${open ? "Fold" : "Show"} ${title}`} aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="chevron" /></button>
        <button type="button" className="icon-button" aria-label={`Open ${title}`} onClick={() => env.openFile(file)}><Icon name="expand" /></button>
        <a className="icon-button" aria-label={`Download ${title}`} href={url} download={file.name}><Icon name="download" /></a>
      </div>
      {open && (
        <div className="file-preview" onClick={() => env.openFile(file)}>
          <Preview file={file} />
        </div>
      )}
    </div>
  );
}

export function Files({ files }) {
  const env = useEnv();
  if (!files.length) return null;
  return files.map((file) => {
    const url = fileUrl(file, env.me);
    if (file.mimetype.startsWith("image/"))
      return (
        <figure key={file.id} className="bk-figure">
          <figcaption>{file.title || file.name}</figcaption>
          <Picture src={url} alt={file.alt_text || file.title || file.name} />
        </figure>
      );
    if (typeof file.preview === "string") return <TextFile key={file.id} file={file} env={env} url={url} />;
    return (
      <a key={file.id} className="file-card" href={url} download={file.name}>
        <span className="file-mark"><Icon name="file" /></span>
        <span className="file-names"><strong>{file.title || file.name}</strong><span>{file.mimetype} · {sizeText(file.size)}</span></span>
      </a>
    );
  });
}
