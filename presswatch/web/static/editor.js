"use strict";
// Datasette's SQL field, without the inline script that our policy forbids.
window.addEventListener("load", () => {
  const field = document.querySelector("textarea#sql-editor");
  const format = document.querySelector("button#sql-format");
  const shown = document.querySelector("pre#sql-query");
  if (field) {
    const editor = CodeMirror.fromTextArea(field, { lineNumbers: true, mode: "text/x-sql", lineWrapping: true });
    editor.setOption("extraKeys", { "Shift-Enter": () => field.form.submit(), Tab: false });
    if (format) format.addEventListener("click", () => editor.setValue(sqlFormatter.format(editor.getValue())));
    cmResize(editor, { resizableWidth: false });
  }
  if (format && shown) format.addEventListener("click", () => { shown.textContent = sqlFormatter.format(shown.textContent); });
  if (format && (field || shown)) format.hidden = false;
});
