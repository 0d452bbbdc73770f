/** Behind a hash, so that whoever serves the files needs no rule for paths. */
import { createRouter, createWebHashHistory } from 'vue-router'
import FailoverPage from '../panels/failover-page.vue'
import FaultsPage from '../panels/faults-page.vue'
import OverviewPage from '../panels/overview-page.vue'
import ReplicasPage from '../panels/replicas-page.vue'
import RunsPage from '../panels/runs-page.vue'
import StressPage from '../panels/stress-page.vue'

export const PAGES = [
  { path: '/', title: 'Overview', component: OverviewPage },
  { path: '/failover', title: 'Failover', component: FailoverPage },
  { path: '/stress', title: 'Stress', component: StressPage },
  { path: '/faults', title: 'Faults', component: FaultsPage },
  { path: '/replicas', title: 'Replicas', component: ReplicasPage },
  { path: '/runs', title: 'Runs', component: RunsPage },
]

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [...PAGES, { path: '/:anything(.*)*', redirect: '/' }],
})
