/** Words about learning from albums: what there is to learn from, how, and the runs so far. */
import { counted, number } from './en-counts.ts';

const albumsOf = (count: number) => counted(count, 'album', 'albums');
const placesOf = (count: number) => counted(count, 'place', 'places');
const photosOf = (count: number) => counted(count, 'photo', 'photos');

export const training = {
  title: 'Training',
  lead: 'Akin can learn from your albums what belongs together for you. It happens on this computer, and the model that searches use now stays until you accept the result.',
  models: 'Models',
  needPhotos: 'Nothing to learn from yet',
  needPhotosHint: 'Akin learns from albums, and albums are made of photos. Add a folder first.',
  failed: 'This could not be asked for',

  source: 'What to learn from',
  sources: { albums: 'Your albums', places: 'Places' },
  sourceHints: {
    albums: 'You know best which photos show the same thing.',
    places:
      'Photos that Akin proved to show the same place or thing. Nobody has to sort anything; it helps most with buildings and views.',
  },
  readiness: 'Is there enough to learn from?',
  reading: 'Looking at what there is…',
  has: {
    albums: (groups: number, photos: number) =>
      `${albumsOf(groups)} with ${photosOf(photos)} can be learnt from`,
    places: (groups: number, photos: number) =>
      `${placesOf(groups)} with ${photosOf(photos)} can be learnt from`,
  },
  enough: 'That is enough to begin.',
  tooLittle: {
    albums: (missing: number, least: number) =>
      `That is too little: ${counted(missing, 'more album', 'more albums')} of at least ${photosOf(least)} ${missing === 1 ? 'is' : 'are'} needed.`,
    places: (missing: number, least: number) =>
      `That is too little: ${counted(missing, 'more place', 'more places')} of at least ${photosOf(least)} ${missing === 1 ? 'is' : 'are'} needed.`,
  },
  advice: {
    'more-albums':
      'More albums of different things would bring most: Akin then learns what tells things apart, also for things that are in no album.',
    'more-photos':
      'More photos in each album would bring most: from other sides, in other light, nearer and farther.',
    fine: 'More of it would bring little more.',
  },
  noAlbums: 'You have no albums yet',
  noAlbumsHint:
    'An album holds photos that show the same thing. Select photos in the library or among results, then “New album”; or make albums of places.',
  noPlaces: 'No places were found yet',
  noPlacesHint: 'Let Akin look for places first; that goes on in the background.',
  choosePhotos: 'Choose photos',
  showAlbums: 'Show the albums',
  showPlaces: 'Look at places',
  leftOut: {
    albums: (count: number) => `${albumsOf(count)} left out`,
    places: (count: number) => `${placesOf(count)} left out`,
  },
  leftOutHint: (least: number) =>
    `With fewer than ${photosOf(least)} there is nothing to learn with and to measure with. Add photos to them.`,
  overlaps: (count: number) => `${photosOf(count)} in two albums`,
  overlapsHint:
    'A photo of two albums would be both alike and unlike, so it is left out. Take it out of one of them, or merge the albums.',
  judged: (same: number, different: number) =>
    `You judged ${counted(same, 'pair', 'pairs')} to be the same and ${number.format(different)} to be different.`,
  contradictions: (count: number) =>
    `${counted(count, 'judgement contradicts', 'judgements contradict')} another one, or an album`,
  contradictionsHint: 'They are left out. Take back the ones that are wrong.',
  saidSame: 'You said: the same',
  saidDifferent: 'You said: different',
  takeBack: 'Take back',
  takenBack: 'The judgement was taken back.',
  givenAgain: 'The judgement is there again.',
  gone: 'Gone',

  depth: 'How much of the model learns',
  depths: { head: 'Only the head', last: 'The last part too', full: 'All of it' },
  depthHints: {
    head: 'The last step, which weighs what was seen. Quick, on any computer, and it forgets the least. Begin with this.',
    last: 'Also the last blocks of the network, which put together what was seen. Slower; mostly better.',
    full: 'The whole network learns to see your things. Gains most; takes a graphics card or patience.',
  },
  takes: (time: string) => `Takes ${time} here`,
  notMeasured: 'How long it takes is not known yet',
  measuringTime: 'Measuring how long it takes…',
  notHere: 'Not possible on this computer',
  seconds: (seconds: number) => `about ${counted(seconds, 'second', 'seconds')}`,
  minutes: (minutes: number) => `about ${counted(minutes, 'minute', 'minutes')}`,
  hours: (hours: number) => `about ${counted(hours, 'hour', 'hours')}`,
  backend: 'Where it is computed',
  fastest: 'The fastest that works',
  fastestIs: (backend: string) => `Now that is ${backend}`,
  backends: {
    tensorflow: 'TensorFlow of this computer',
    webgpu: 'Graphics card, through WebGPU',
    wasm: 'Processor, through WebAssembly',
  },
  unavailable: (reason: string) => `Not available: ${reason}`,
  timesOf: (head: string, last: string, full: string) => `Head ${head} · last part ${last} · all ${full}`,

  advanced: 'For those who want to know exactly',
  advancedHint: 'What is set here was found best where it was measured. You need not change anything.',
  loss: 'Loss',
  losses: {
    'batch-hard': 'Batch hard: the farthest of the same, the nearest of others',
    'batch-all': 'Batch all: every triplet',
    'batch-all-non-zero': 'Batch all, only those that still have a loss',
    'batch-sample': 'Batch sample: drawn by distance',
    'adaptive-weighted': 'Adaptive weights: the harder, the more',
    triplet: 'Triplet: one of the same, one of others',
  },
  margin: 'Margin',
  margins: { soft: 'Soft', hinge: 'Fixed' },
  marginHint: 'Soft never stops pulling; a fixed one stops once others are that much farther away.',
  marginSize: 'How large',
  distance: 'Distance',
  distances: { euclidean: 'Euclidean', 'squared-euclidean': 'Euclidean, squared' },
  sampling: 'What comes together in a batch',
  samplings: {
    random: 'Albums by chance',
    'hard-albums': 'Albums that are mistaken for each other',
    'hard-negatives': 'Photos that are mistaken for each other',
  },
  heldOut: 'Kept out to measure it',
  heldOutShare: (share: string) => `${share} of the albums, and of the photos of the others`,
  steps: 'Steps',
  stepsHint: 'Empty for as many as are usual.',
  seed: 'Seed',
  seedHint: 'The same seed on the same computer gives the same model.',
  judgements: 'Use my judgements',
  judgementsHint: '“Same” and “different” of the results take part.',
  unlabelled: 'Use other photos as well',
  unlabelledHint: 'Photos of no album serve as examples of what is different, where that is safe.',
  usual: 'Set everything back',

  start: 'Start training',
  starting: 'Starting…',
  summary: {
    albums: (groups: number, photos: number) => `Learns from ${albumsOf(groups)} with ${photosOf(photos)}.`,
    places: (groups: number, photos: number) => `Learns from ${placesOf(groups)} with ${photosOf(photos)}.`,
  },
  summaryHint: 'You can go on using Akin meanwhile, and cancel at any time.',
  cannotStart: 'There is too little to learn from yet.',
  runsAlready: 'A run is going on. Wait until it ends, or cancel it.',
  showRun: 'Show the run',
  undecided: 'A run has ended, and you have not decided about its result yet.',
  showResult: 'Look at the result',

  runs: 'Runs so far',
  runsHint: 'Newest first.',
  run: (id: number) => `Run ${number.format(id)}`,
  states: {
    preparing: 'Preparing',
    training: 'Training',
    interrupted: 'Interrupted',
    cancelled: 'Cancelled',
    failed: 'Failed',
    done: 'Done',
  },
  decisions: { accepted: 'Accepted', kept: 'Kept as a version', discarded: 'Discarded' },
  phases: { preparing: 'Preparing', training: 'Begins', measuring: 'Measuring', saving: 'Saving' },
  undecidedShort: 'Not decided yet',
  waiting: 'Result',
  gained: (points: string) => `${points} points`,
};

export const run = {
  title: 'Run',
  loading: 'Reading the run…',
  gone: 'This run is not known any more',
  goneHint: 'Runs stay as long as the library does; this one belongs to another, or was removed.',
  back: 'To training',
  progress: 'Training',
  phases: {
    preparing: 'Getting the photos ready',
    training: 'Learning',
    measuring: 'Measuring what it brought',
    saving: 'Saving',
  },
  of: (done: number, total: number) => `${number.format(done)} of ${number.format(total)}`,
  steps: (done: number, total: number) => `Step ${number.format(done)} of ${number.format(total)}`,
  stepRate: (rate: string) => `${rate} steps/s`,
  photoRate: (rate: string) => `${rate} photos/s`,
  cancel: 'Cancel the run',
  cancelling: 'Cancelling…',
  resume: 'Resume',
  resuming: 'Resuming…',
  began: (moment: string) => `Began ${moment}`,
  took: (time: string) => `took ${time}`,
  interruptedTitle: 'The run was interrupted',
  interruptedHint: 'Akin was closed, or stopped, while it went on. Nothing is lost: it goes on where it was.',
  cancelledTitle: 'The run was cancelled',
  cancelledHint: 'The model in use stays as it is. You can go on where it was.',
  failedTitle: 'The run failed',
  failedHint: 'The model in use stays as it is.',
  again: 'New run',
  stopped: {
    'no-gain': 'It ended early, as it brought nothing more on photos that were kept out.',
    collapsed:
      'It ended early, because all photos began to look alike to it. The result is from before that. A soft margin or the head alone is safer.',
    cancelled: 'You ended it early; this is what it had learnt by then.',
  },
  curves: 'How it goes',
  curvesWait: 'The curves begin with the first step.',
  loss: 'Loss',
  lossHint: 'How wrong it still is. It should fall.',
  batch: 'Right within a batch',
  batchHint: 'How often the nearest photos are of the same album. It should rise.',
  top1: 'The nearest',
  precision: 'All the nearest',
  active: 'Still to learn',
  activeHint: 'Share of examples that still teach something. It should fall slowly.',
  norm: 'Length of descriptors',
  normHint: 'Should stay well above zero: at zero all photos look alike.',
  heldOut: 'Found among photos kept out',
  heldOutHint: 'Mean average precision on photos that it does not learn from. This is what counts.',
  step: 'Step',
  describeCurve: (name: string, first: string, last: string, step: number) =>
    `${name}: ${first} at first, ${last} at step ${number.format(step)}`,
  table: 'As a table',
  smoothed: 'The strong line is the running average, the faint one each step.',
  split: 'What is learnt from, and what is kept out',
  splitHint:
    'Chosen by the seed. What is kept out is never learnt from, so that the result shows what is really gained.',
  heldOutAlbums: 'Albums kept out',
  trainingAlbums: 'Albums that are learnt from',
  splitPhotos: (training: number, heldOut: number) =>
    heldOut === 0
      ? `${photosOf(training)} learnt from`
      : `${number.format(training)} learnt from, ${number.format(heldOut)} kept out`,
  settings: 'Settings',
};

export const outcome = {
  title: 'What it brought',
  verdicts: {
    better: 'The new model finds more',
    unclear: 'The new model may find more',
    'not-better': 'The new model is not better',
  },
  verdictHints: {
    better: 'Where it was measured, on photos that it had not seen.',
    unclear:
      'On photos that it had not seen, that may be chance, or some are found better and others worse. Look at the examples, or keep it as a version and try it.',
    'not-better':
      'Where it was measured, it finds no more than the model in use. Discard it, or look at the examples first. More or larger albums may help.',
  },
  unmeasured: 'There were too few albums to measure with.',
  measures: {
    heldOutAlbums: 'Albums it never saw',
    newPhotos: 'New photos of known albums',
    ownAlbums: 'Your own albums',
  },
  measureHints: {
    heldOutAlbums: 'How well it finds things that are in no album that it learnt from',
    newPhotos: 'How well it finds further photos of things that it learnt',
    ownAlbums: 'How well it finds what you put together yourself',
  },
  before: 'Before',
  after: 'After',
  fromTo: (before: string, after: string) => `${before} before, ${after} after`,
  betterBy: (points: string, low: string, high: string) =>
    `Better by ${points} points, between ${low} and ${high}`,
  worseBy: (points: string, low: string, high: string) =>
    `Worse by ${points} points, between ${low} and ${high}`,
  maybeBetterBy: (points: string, low: string, high: string) =>
    `Perhaps better: by ${points} points, but it may be anything from ${low} to ${high}`,
  maybeWorseBy: (points: string, low: string, high: string) =>
    `Perhaps worse: by ${points} points, but it may be anything from ${low} to ${high}`,
  same: 'As good as before',
  queries: (count: number) => `Measured with ${photosOf(count)}`,
  kept: 'What it kept',
  keptOf: (share: string, count: number) =>
    `For ${photosOf(count)} of no album, ${share} of the ten most alike stay the same ones.`,
  mix: (share: string) =>
    `The proposed model takes over ${share} of what training changed and keeps the rest of what it knew, so that it forgets little about everything else.`,
  mixAll: 'The proposed model takes over all that training changed.',
  mixNone: 'The proposed model takes over nothing of what training changed.',
  compare: 'The proposed model beside the one that training left',
  proposed: 'Proposed',
  tuned: 'As training left it',
  keptShort: 'Most alike that stay, elsewhere',
  unknown: 'not measured',
  percentHint:
    'Percentages are mean average precision: 100% when all right photos come first. Points are differences of these; 19 out of 20 times the true gain lies in the span.',

  examples: 'Examples',
  improved: 'Better now',
  worse: 'Worse now',
  improvedNone: 'No search got better.',
  worseNone: 'No search got worse.',
  examplesLoading: 'Searching for examples…',
  query: 'Photo that was searched with',
  foundBefore: 'Found before',
  foundAfter: 'Found after',
  right: 'right',
  wrong: 'wrong',
  matchOf: (place: number, verdict: string) => `Match ${number.format(place)}, ${verdict}`,
  none: 'Nothing found',

  decide: 'What shall happen with it?',
  accept: 'Accept',
  acceptHint: 'Searches use it, as soon as your photos are described anew.',
  keep: 'Keep as a version',
  keepHint: 'It waits among the models; searches stay as they are.',
  discard: 'Discard',
  discardHint: 'Nothing changes.',
  keepTitle: 'Keep this model',
  keepName: 'Name of the version',
  keepAction: 'Keep',
  nameOf: (day: string) => `Learnt ${day}`,
  accepted: 'Accepted. Your photos are being described anew; until that is done, searches work as before.',
  acceptedLong: 'You accepted this result.',
  keptDone: (name: string) => `${name} was kept.`,
  keptLong: 'You kept this result as a version.',
  discarded: 'The result was discarded.',
  discardedLong: 'You discarded this result. You can still accept or keep it.',
  restored: 'The result is there again.',
  showModels: 'Show the models',
};
