// The certified provider `oidc-provider` over TLS, for tests: it keeps everything in memory and makes
// its keys anew at each start. PORT (0: a free one), ALGORITHM of access tokens (`opaque` for those that
// are no JWT), SCOPES of the API, CERTIFICATE and KEY. It prints one line with its port when it listens.
//
// POST /_test/announce publishes a new key, /_test/turn signs with it, /_test/retire takes the old away.
import fs from 'node:fs'
import https from 'node:https'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.env.MODULES + '/')
const load = (name) => import(pathToFileURL(require.resolve(name)))
const { Provider, errors } = await load('oidc-provider')
const { generateKeyPair, exportJWK, calculateJwkThumbprint } = await load('jose')

const opaque = process.env.ALGORITHM === 'opaque'
const algorithm = opaque ? 'RS256' : process.env.ALGORITHM
const scopes = process.env.SCOPES
const audience = 'https://api.test'

async function make(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, use: 'sig', alg, kid: await calculateJwkThumbprint(jwk) }
}

// RS256 is what ID tokens are signed with.
const standing = algorithm === 'RS256' ? [] : [await make('RS256')]
let signing = [await make(algorithm)]
let announced = []
let retiring = []

const client = (client_id, more) => ({
  client_id,
  client_secret: `${client_id}-secret-of-more-than-thirty-two-letters`,
  token_endpoint_auth_method: 'client_secret_basic',
  ...more,
})

const configuration = () => ({
  jwks: { keys: [...signing, ...announced, ...retiring, ...standing] },
  clients: [
    client('machine', { grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: scopes }),
    // The service itself, which may ask about tokens and nothing else.
    client('api', { grant_types: [], redirect_uris: [], response_types: [] }),
    client('web', {
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1:4456/done'],
      response_types: ['code'],
      scope: `openid offline_access ${scopes}`,
    }),
  ],
  scopes: ['openid', 'offline_access', ...scopes.split(' ')],
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  pkce: { required: () => true },
  ttl: { AccessToken: 300, ClientCredentials: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 600, Grant: 600, Session: 600, Interaction: 600 },
  rotateRefreshToken: true,
  enabledJWA: { idTokenSigningAlgValues: ['RS256'] },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async (_, asker) => asker.clientId === 'api' },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => audience,
      // Else a flow with `openid` in its scope ends in an opaque token for the provider itself.
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_, resource) => {
        if (resource !== audience && resource !== 'https://other.test') throw new errors.InvalidTarget()
        return { scope: scopes, audience: resource, accessTokenTTL: 300, ...(opaque ? { accessTokenFormat: 'opaque' } : { accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm } } }) }
      },
    },
  },
  extraTokenClaims: async (_, token) => ({ roles: [token.accountId === 'admin' ? 'admin' : 'editor'] }),
})

let handle
const hooks = {
  '/_test/announce': async () => { announced = [await make(algorithm)] },
  '/_test/turn': async () => { [retiring, signing, announced] = [signing, announced, []] },
  '/_test/retire': async () => { retiring = [] },
}

const server = https.createServer({ cert: fs.readFileSync(process.env.CERTIFICATE), key: fs.readFileSync(process.env.KEY) }, async (request, response) => {
  const hook = request.method === 'POST' && hooks[request.url]
  if (!hook) return handle(request, response)
  await hook()
  build()
  response.end()
})

function build() {
  const provider = new Provider(`https://localhost:${server.address().port}`, configuration())
  provider.on('server_error', (_, error) => console.error(error))
  handle = provider.callback()
}

server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  build()
  console.log(server.address().port)
})
