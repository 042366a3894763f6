// A QR code of a text, drawn in this page.
import { useEffect, useState } from 'preact/hooks';

export function Qr({ text, label }: { text: string; label: string }) {
  const [image, setImage] = useState('');
  useEffect(() => {
    let gone = false;
    void import('qrcode')
      .then(({ default: qrcode }) => qrcode.toDataURL(text, { margin: 2, width: 264 }))
      .then((url) => !gone && setImage(url));
    return () => {
      gone = true;
    };
  }, [text]);
  return image ? <img class="qr" src={image} alt={label} width="132" height="132" /> : <span class="qr" />;
}
