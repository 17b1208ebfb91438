import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certificates } from '../../cluster/testing/certificates.js';

/** A mail as it came in. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  /** Headers and body, as they were sent. */
  readonly text: string;
}

export interface SmtpOptions {
  readonly startTls: boolean;
  readonly login?: { readonly user: string; readonly password: string };
  /** What it answers to a mail, such as `451 4.3.0 later`. */
  readonly answer?: () => string;
}

/** A small mail server on a free port (RFC 5321, 3207, 4954), which holds people to the order of commands. */
export class SmtpServer {
  readonly mails: Mail[] = [];
  readonly #options: SmtpOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: SmtpOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket)));
      socket.write('220 mail.test ESMTP\r\n');
      this.#serve(socket, false);
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket, secure: boolean): void {
    const { startTls, login, answer = () => '250 2.0.0 taken' } = this.#options;
    let [text, from, user, inData]: [string, string, string | undefined, boolean] = ['', '', undefined, false];
    let to: string[] = [];
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const command = (line: string): void => {
      const [verb = '', rest = ''] = [line.slice(0, 4).toUpperCase(), line.slice(5)];
      if (verb === 'EHLO') return say(['250-mail.test', ...(startTls && !secure ? ['250-STARTTLS'] : []), ...(login && (secure || !startTls) ? ['250-AUTH PLAIN'] : []), '250 8BITMIME'].join('\r\n'));
      if (line.toUpperCase() === 'STARTTLS') {
        if (!startTls || secure) return say('503 5.5.1 no');
        say('220 2.0.0 go ahead');
        socket.removeAllListeners('data');
        const upgraded = new TLSSocket(socket, { isServer: true, key: certificates.serverKey, cert: certificates.serverCert });
        this.#serve(upgraded.on('error', () => undefined), true);
        return;
      }
      if (verb === 'AUTH') {
        const [, given = '', password = ''] = Buffer.from(rest.replace(/^PLAIN /i, ''), 'base64').toString('utf8').split('\0');
        if (given !== login?.user || password !== login.password) return say('535 5.7.8 authentication failed');
        user = given;
        return say('235 2.7.0 welcome');
      }
      if (verb === 'MAIL') {
        if (login && user === undefined) return say('530 5.7.0 authentication required');
        [from, to] = [/<(.*?)>/.exec(rest)?.[1] ?? '', []];
        return say('250 2.1.0 ok');
      }
      if (verb === 'RCPT') {
        const address = /<(.*?)>/.exec(rest)?.[1] ?? '';
        if (address.startsWith('nobody@')) return say('550 5.1.1 no such user');
        to.push(address);
        return say('250 2.1.5 ok');
      }
      if (verb === 'DATA') {
        inData = to.length > 0;
        return say(inData ? '354 go on' : '503 5.5.1 no recipients');
      }
      say(verb === 'QUIT' ? '221 2.0.0 bye' : verb === 'RSET' ? '250 ok' : '502 5.5.2 unknown');
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      for (;;) {
        const end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const [part, marker] = [text.slice(0, end), inData ? 5 : 2];
        text = text.slice(end + marker);
        if (!inData) {
          command(part);
          continue;
        }
        inData = false;
        const said = answer();
        if (said.startsWith('250')) this.mails.push({ from, to, secure, user, text: part });
        say(said);
      }
    });
  }
}
