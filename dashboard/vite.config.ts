import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page for a strict content security policy: no inline script, no inline style, no data: URL. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8420', '/sign-in': 'http://127.0.0.1:8420' } },
});
