// A text field for JSON with line numbers: a plain textarea, so that keyboard, screen reader, undo and the phone's own
// keyboard work as everywhere. Tab leaves it; Enter keeps the indent; Ctrl+S saves.
//   text, revision   what stands in it; it is put there anew only when `revision` changes, never while somebody types
//   saved            what is kept on the server: leaving with anything else asks first
//   marks            lines with something wrong: [{line, message}]
//   jump             "LINE:COUNT": go to that line whenever it changes
//   onEdit           gets the text a moment after the last key, and at once when the field is left or saved

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

const PAUSE_MS = 350;

const lineCount = (text) => text.split("\n").length;

/** Return where a line (from 1) begins and ends in the text. */
function range(text, line) {
  const lines = text.split("\n");
  const at = Math.min(Math.max(1, line), lines.length) - 1;
  const start = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
  return [start, start + lines[at].length];
}

export function Editor({ text, revision, saved, marks, jump, readOnly, label, describedBy, onEdit, onSave, ...rest }) {
  const field = useRef(null);
  const layer = useRef(null);
  const timer = useRef(null);
  const sent = useRef(text);
  const kept = useRef(saved);
  kept.current = saved;
  const [lines, setLines] = useState(lineCount(text));

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const now = field.current?.value ?? "";
    if (now === sent.current) return;
    sent.current = now;
    onEdit?.(now);
  }, [onEdit]);

  useEffect(() => {
    if (field.current.value !== text) field.current.value = text;
    sent.current = text;
    setLines(lineCount(text));
  }, [revision]);

  useEffect(() => {
    const warn = (e) => {
      if (!readOnly && field.current && field.current.value !== kept.current) e.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      clearTimeout(timer.current);
    };
  }, [readOnly]);

  useEffect(() => {
    const line = parseInt(jump, 10);
    if (!line) return;
    const [start, end] = range(field.current.value, line);
    const height = parseFloat(getComputedStyle(field.current).lineHeight);
    field.current.focus({ preventScroll: true });
    field.current.setSelectionRange(start, end);
    field.current.scrollTop = Math.max(0, (line - 4) * height);
    field.current.scrollLeft = 0;
    field.current.scrollIntoView({ block: "nearest" });
  }, [jump]);

  const typed = () => {
    setLines(lineCount(field.current.value));
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, PAUSE_MS);
  };

  const key = (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s") {
      e.preventDefault();
      flush();
      onSave?.();
    } else if (e.key === "Enter" && !readOnly && !e.nativeEvent.isComposing) {
      const { value, selectionStart } = e.target;
      const begin = value.lastIndexOf("\n", selectionStart - 1) + 1;
      const indent = /^[ \t]*/.exec(value.slice(begin, selectionStart))[0];
      const opens = /[[{]\s*$/.test(value.slice(begin, selectionStart)) ? "  " : "";
      e.preventDefault();
      document.execCommand("insertText", false, `\n${indent}${opens}`);
    }
  };

  const follow = () => {
    layer.current.style.transform = `translateY(${-field.current.scrollTop}px)`;
  };

  const numbers = useMemo(() => Array.from({ length: lines }, (_, at) => at + 1).join("\n"), [lines]);

  return (
    <div {...rest}>
      <div className="editor-layer" ref={layer} aria-hidden="true">
        {(marks ?? []).map(({ line, message }, at) => (
          <div key={at} className="editor-mark" style={{ "--line": line - 1 }} title={message} />
        ))}
        <pre>{numbers}</pre>
      </div>
      <textarea
        ref={field}
        defaultValue={text}
        readOnly={readOnly}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={(marks ?? []).length > 0}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        wrap="off"
        maxLength={200000}
        onInput={typed}
        onKeyDown={key}
        onBlur={flush}
        onScroll={follow}
      />
    </div>
  );
}
