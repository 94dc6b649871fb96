// A client of that provider: `client.mjs ISSUER machine|code SCOPE [RESOURCE]` prints what the token
// endpoint answered. The code flow has PKCE, and goes through the provider's own forms, without a browser.
import { createHash, randomBytes } from 'node:crypto'

const [issuer, flow, scope, resource] = process.argv.slice(2)
const target = 'http://127.0.0.1:4456/done'
const cookies = new Map()

async function visit(address, form) {
  const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  const body = form && new URLSearchParams(form)
  const answer = await fetch(address, { method: form ? 'POST' : 'GET', headers, body, redirect: 'manual' })
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    if (value) cookies.set(name, value)
    else cookies.delete(name)
  }
  const next = answer.headers.get('location')
  return { next: next && new URL(next, address).href, page: await answer.text() }
}

async function token(client, form) {
  const secret = `${client}:${client}-secret-of-more-than-thirty-two-letters`
  const headers = { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }
  const answer = await fetch(`${issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(form) })
  return answer.json()
}

const wanted = resource ? { resource } : {}
if (flow === 'machine') {
  console.log(JSON.stringify(await token('machine', { grant_type: 'client_credentials', scope, ...wanted })))
} else {
  const verifier = randomBytes(48).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const query = new URLSearchParams({
    client_id: 'web', response_type: 'code', redirect_uri: target, prompt: 'consent', nonce: 'n', state: 's',
    scope: `openid offline_access ${scope}`, code_challenge: challenge, code_challenge_method: 'S256', ...wanted,
  })
  let address = `${issuer}/auth?${query}`
  for (let step = 0; step < 12 && !address.startsWith(target); step += 1) {
    let { next, page } = await visit(address)
    if (!next) {
      const action = new URL(/action="([^"]+)"/.exec(page)[1], address)
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)[1]
      const form = prompt === 'login' ? { prompt, login: 'admin', password: 'any' } : { prompt }
      ;({ next } = await visit(action.href, form))
    }
    address = next
  }
  const code = new URL(address).searchParams.get('code')
  const first = await token('web', { grant_type: 'authorization_code', code, redirect_uri: target, code_verifier: verifier })
  const second = await token('web', { grant_type: 'refresh_token', refresh_token: first.refresh_token })
  console.log(JSON.stringify({ ...first, refreshed: second.access_token }))
}
