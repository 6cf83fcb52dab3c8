/** What the demo wires: three VMs, two webhooks, and a task for each that a VM's power_on fires. */
export function demoConfig(receiverUrl: string): object {
  return {
    log: { level: 'warn' },
    plugins: ['vm', 'webhook'],
    egress: { allow: [`127.0.0.1/32:${new URL(receiverUrl).port}`] },
    tags: { 'vms/gpu': { description: 'GPU machines' } },
    objects: {
      'vm/gpu-01': { name: 'GPU 01', tags: ['vms/gpu'] },
      'vm/gpu-02': { name: 'GPU 02', tags: ['vms/gpu'] },
      'vm/web-01': { name: 'Web 01' },
      'webhook/receiver': { name: 'Receiver', settings: { url: `${receiverUrl}/hook` } },
      'webhook/unreliable': {
        name: 'Unreliable receiver',
        settings: { url: `${receiverUrl}/unreliable`, backoff: { first: 0.6, factor: 2, max: 5 } },
      },
    },
    tasks: {
      announce: {
        name: 'Announce',
        action: 'webhook.send',
        target: { object: 'receiver' },
        settings: { message: { text: '${NAME} powered on at ${DATE}', host: '${event.data.host}' } },
      },
      bill: {
        name: 'Bill GPU time',
        action: 'webhook.send',
        target: { object: 'unreliable' },
        settings: { message: { machine: '${object.key}', since: '${TIMESTAMP}' } },
      },
    },
    triggers: {
      'any-vm-on': { event: 'vm.power_on', task: 'announce' },
      'gpu-vm-on': { event: 'vm.power_on', tag: 'vms/gpu', task: 'bill' },
    },
  };
}
