// The camera reads a certificate's QR code where the browser can do that by itself; nothing leaves the page but the text found.
"use strict";
(() => {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const [field, button, view, text, form] = ["camera", "scan", "view", "text", "credential"].map((id) => document.getElementById(id));
  field.hidden = false;
  button.addEventListener("click", async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      field.hidden = true; // not allowed, or no camera: the other ways remain
      return;
    }
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    view.srcObject = stream;
    view.hidden = false;
    await view.play();
    const look = async () => {
      const [found] = await detector.detect(view).catch(() => []);
      if (!found) return void setTimeout(look, 200);
      stream.getTracks().forEach((track) => track.stop());
      text.value = found.rawValue;
      form.requestSubmit();
    };
    look();
  });
})();
