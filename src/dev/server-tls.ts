/** How RocketMQ's servers speak TLS, to those who want it; everybody else is answered in plain. */
export interface ServerTls {
  /** Certificate and private key (PKCS#8) of all of them, in PEM. A change of both is taken up within a second. */
  readonly certFile: string;
  readonly keyFile: string;
  /**
   * Authority of the certificates that name server and broker ask clients for. (The proxy never asks.)
   * @default they ask for none
   */
  readonly clientCaFile?: string;
}

/** For name server and broker, where `tls.config.file` leads (`org.apache.rocketmq.remoting.netty.TlsSystemConfig`). */
export function remotingTlsSettings({ certFile, keyFile, clientCaFile }: ServerTls) {
  return {
    'tls.test.mode.enable': false,
    'tls.server.certPath': certFile,
    'tls.server.keyPath': keyFile,
    ...(clientCaFile !== undefined && {
      'tls.server.need.client.auth': 'require',
      'tls.server.authClient': true,
      'tls.server.trustCertPath': clientCaFile,
    }),
  };
}

/** For the proxy, beside its other settings. Without them it makes a certificate of its own at every start. */
export const proxyTlsSettings = ({ certFile, keyFile }: ServerTls) => ({
  tlsTestModeEnable: false,
  tlsCertPath: certFile,
  tlsKeyPath: keyFile,
  tlsCertWatchIntervalMs: 500,
});
