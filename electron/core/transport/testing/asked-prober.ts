/** A prober that waits for the test to answer. */
import type { ClusterFinding, ClusterProber, ClusterQuestion } from '../cluster-question.ts';
import { settle } from '../../testing/fake-clock.ts';

export class AskedProber {
  readonly questions: ClusterQuestion[] = [];
  #answer: ((finding: ClusterFinding) => void) | null = null;
  /** Questions under way at the same time, at most. */
  most = 0;
  #underWay = 0;

  readonly probe: ClusterProber = (question) => {
    this.questions.push(question);
    this.#underWay += 1;
    this.most = Math.max(this.most, this.#underWay);
    return new Promise((resolve) => {
      const answer = (finding: ClusterFinding): void => {
        this.#underWay -= 1;
        this.#answer = null;
        resolve(finding);
      };
      this.#answer = answer;
      question.signal.addEventListener('abort', () => {
        answer({ kind: 'cancelled' });
      });
    });
  };

  get isAsked(): boolean {
    return this.#answer !== null;
  }

  async answers(finding: ClusterFinding): Promise<void> {
    if (this.#answer === null) throw new Error('nobody asked');
    this.#answer(finding);
    await settle();
  }
}
