// Decides cases with iam-simulate, an evaluator that shares nothing with ours: one JSON case a line
// on the standard input, one word a line on the standard output, in the same order.
//
//   allowed, denied_explicitly, denied_implicitly   the simulator's decision
//   invalid REASON                                  it refused the case: a document, or the request
//   ignored KEY                                     it does not know this key for this action
import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const words = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'denied_explicitly',
  ImplicitlyDenied: 'denied_implicitly'
}

const simulation_of = (one) => ({
  request: {
    principal: one.principal.arn === '' ? anonymousPrincipal : one.principal.arn,
    action: one.action,
    resource: { resource: one.resource, accountId: one.resource_account },
    contextVariables: one.context
  },
  identityPolicies: one.identity.map((policy, index) => ({ name: `identity${index}`, policy })),
  permissionBoundaryPolicies: one.boundary
    ? [{ name: 'boundary', policy: one.boundary }]
    : undefined,
  sessionPolicy: one.session ?? undefined,
  resourcePolicy: one.resource_policy ?? undefined,
  serviceControlPolicies: [],
  resourceControlPolicies: []
})

// The first error's message, deep in whichever list holds it.
const reason_of = (errors) => {
  const text = JSON.stringify(errors)
  const [, first] = text.match(/"message":"([^"]*)","path"/) ?? []
  return first ?? errors.message
}

const decide = async (one) => {
  const answer = await runSimulation(simulation_of(one), { simulationMode: 'Strict' })
  if (answer.resultType === 'error') return `invalid ${reason_of(answer.errors)}`
  if (answer.resultType !== 'single') return 'invalid the resource has a wildcard'
  const [ignored] = answer.result.ignoredContextKeys
  return ignored === undefined ? words[answer.overallResult] : `ignored ${ignored}`
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await decide(JSON.parse(line))}\n`)
}
